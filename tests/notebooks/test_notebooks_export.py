"""Notebooks as pages: one script, nothing fetched, widgets alive where they were recorded."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from sample_notebooks import code, display, markdown, notebook, save, write

from bertkit.errors import FileError, InputError
from bertkit.notebooks import export_notebook
from bertkit.notebooks.execute import execute
from bertkit.widgets import ModelInspector, ModelMap, bundle, link, mode
from bertkit.widgets.widget import Widget

_ADDRESS = re.compile(r"https?://[^\s\"'`)<]*")


@pytest.fixture(autouse=True)
def _mode_as_before() -> Iterator[None]:
    before = mode()
    yield
    mode(before)


@pytest.fixture(scope="module")
def widgets(model: Path) -> list[Widget]:
    shown = [ModelMap(model), ModelMap(model), ModelInspector(model)]
    link(*shown[:2])
    return shown


def _shown(widget: Widget, how: Any) -> dict[str, Any]:
    mode(how)
    data, metadata = widget._repr_mimebundle_()
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def test_recorded_widgets_share_one_script(widgets: list[Widget], tmp_path: Path) -> None:
    cells = [code("w", _shown(widget, "selfcontained")) for widget in widgets]
    path = save(tmp_path / "n.ipynb", notebook(markdown("# A title\n\n& text"), *cells))
    assert '"# A title\\n",' in path.read_text(encoding="utf-8")
    before = path.read_bytes()
    exported = export_notebook(path, tmp_path / "n.html")
    page = (tmp_path / "n.html").read_text(encoding="utf-8")
    assert (exported.alive, exported.static, exported.size_bytes) == (3, 0, len(page.encode()))
    assert page.count(bundle.script()) == 1
    assert page.count(bundle.styles()) == 1
    assert page.count('class="bk-data"') == 3
    assert page.count(widgets[0]._group) == 2
    assert "<title>A title</title>" in page
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", ["auto", "static"])
def test_other_widgets_show_their_static_form(widgets: list[Widget], tmp_path: Path, how: str) -> None:
    path = save(tmp_path / "n.ipynb", notebook(*(code("w", _shown(widget, how)) for widget in widgets)))
    exported = export_notebook(path, tmp_path / "n.html")
    page = (tmp_path / "n.html").read_text(encoding="utf-8")
    assert (exported.alive, exported.static) == (0, 3)
    assert "classifier.mlmodel" in page
    assert "model_id" not in page


@pytest.mark.filterwarnings("ignore:Your element with mimetype:UserWarning")
def test_pages_name_no_address_and_may_fetch_nothing(tmp_path: Path) -> None:
    shown = display(html="<b>bold</b>", text="plain")
    script = {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": "alert(1)"}}
    raw = {"cell_type": "raw", "metadata": {}, "source": "<script>alert(2)</script>"}
    content = notebook(markdown("text"), code("x = 1  # <tag>", shown, script), raw)
    page_path = tmp_path / "n.html"
    export_notebook(write(tmp_path / "n.ipynb", content), page_path)
    page = page_path.read_text(encoding="utf-8")
    assert set(_ADDRESS.findall(page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page
    assert "<b>bold</b>" in page
    assert "alert(1)" not in page
    assert "<script>alert" not in page
    assert '<span class="c1"># &lt;tag&gt;</span>' in page


def test_pictures_beside_the_notebook_come_along(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    export_notebook(write(tmp_path / "n.ipynb", notebook(markdown("![a dot](dot.png)"))), tmp_path / "n.html")
    assert 'src="data:image/png;base64,iVBORw0K' in (tmp_path / "n.html").read_text(encoding="utf-8")


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    cell = code("1")
    del cell["outputs"]
    path = write(tmp_path / "n.ipynb", notebook(cell))
    with pytest.raises(FileError, match=r"n\.ipynb is not a valid notebook: .*outputs"):
        export_notebook(path, tmp_path / "n.html")
    with pytest.raises(FileError, match="Cannot write"):
        export_notebook(write(path, notebook()), tmp_path / "absent" / "n.html")


def test_nbconvert_knows_the_exporter() -> None:
    from nbconvert.exporters import get_exporter

    from bertkit.notebooks.exporter import BertkitHtmlExporter

    assert get_exporter("bertkit_html") is BertkitHtmlExporter


def test_running_sets_the_mode_and_leaves_no_times(tmp_path: Path) -> None:
    source = "import os; open('here', 'w').write('x'); os.environ['BERTKIT_WIDGETS']"
    node = nbformat.from_dict(notebook(code(source)))
    execute(node, tmp_path, "selfcontained", 60)
    assert node.cells[0].outputs[0].data["text/plain"] == "'selfcontained'"
    assert node.cells[0].metadata == {}
    assert (tmp_path / "here").exists()


def test_a_notebook_is_run_before_it_is_exported(tmp_path: Path) -> None:
    path = save(tmp_path / "n.ipynb", notebook(code("word = 'seven'\nprint(word * 2)")))
    export_notebook(path, tmp_path / "n.html", run=True)
    assert "sevenseven" in (tmp_path / "n.html").read_text(encoding="utf-8")


def test_failures_name_the_cell(tmp_path: Path) -> None:
    content = notebook(markdown("# A"), code("1 + 1"), code("1 / 0"))
    with pytest.raises(InputError, match="Cell 3 failed with ZeroDivisionError: division by zero"):
        execute(nbformat.from_dict(copy.deepcopy(content)), tmp_path, "static", 60)
    content["metadata"]["kernelspec"]["name"] = "absent"
    with pytest.raises(InputError, match='wants a kernel "absent", which is not installed'):
        execute(nbformat.from_dict(content), tmp_path, "static", 60)


def test_a_cell_may_not_run_forever(tmp_path: Path) -> None:
    node = nbformat.from_dict(notebook(code("import time; time.sleep(60)")))
    with pytest.raises(InputError, match=r"longer than 1 s\. Allow more with --timeout"):
        execute(node, tmp_path, "static", 1)
