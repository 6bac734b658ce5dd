"""Saved notebooks show the static forms: untrusted, without a kernel, and exported by nbconvert without a network.

A notebook that JupyterLab trusts and that still has live views is the exception: until its cells run again, JupyterLab
writes "model not found" in place of every widget, whoever made it. `bertkit clean-notebook` takes the live views out.
"""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bare_page import opened
from hosted import HOSTED, plain_cells
from jupyter_server import JupyterServer, code_notebook
from playwright.sync_api import expect

from bertkit.notebooks import clean_notebook
from bertkit.notebooks.execute import execute

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_TO_START_MS = 120_000
# nbconvert's own template asks for these; pages do without them.
_NBCONVERT_ASKS = re.compile(r"https://cdnjs\.cloudflare\.com/ajax/libs/(require\.js|mathjax|mermaid)")


@pytest.fixture(scope="module")
def saved(program: Path, hostile: Path, pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a notebook that was run in the default mode: each widget's output is live, static and text."""
    node = nbformat.from_dict(code_notebook(*plain_cells(program, hostile, pair)))
    execute(node, tmp_path_factory.mktemp("saved"), "auto", 120)
    return node


@pytest.mark.parametrize("host", ["lab", "notebook"])
@pytest.mark.parametrize("case", ["untrusted", "clean_without_kernel"])
def test_reopened(browser: Any, jupyter: JupyterServer, saved: Any, host: str, case: str) -> None:
    name = f"{case}_{host}.ipynb"
    node = copy.deepcopy(saved)
    if case == "clean_without_kernel":
        node.metadata.kernelspec = {"name": "absent", "display_name": "Absent", "language": "python"}
    nbformat.write(node, jupyter.folder / name)
    if case == "clean_without_kernel":
        assert len(clean_notebook(jupyter.folder / name).removed) == len(HOSTED)
        jupyter.trust(name)
    with opened(browser, width=1300) as bare:
        bare.page.goto(getattr(jupyter, host)(name), timeout=_TO_START_MS)
        cells = bare.page.locator(".jp-CodeCell")
        expect(cells).to_have_count(len(HOSTED) + 1, timeout=_TO_START_MS)
        for number, row in enumerate(HOSTED, start=1):
            cells.nth(number).scroll_into_view_if_needed()
            expect(cells.nth(number).locator(".jp-OutputArea-output")).to_contain_text(row.static, timeout=20_000)
        expect(bare.page.locator(".bk-root")).to_have_count(0)
        expect(bare.page.get_by_text("Error displaying widget")).to_have_count(0)
        assert bare.page.evaluate("window.hacked") is None
        assert bare.blocked == []


def test_converted_by_the_default_exporter(browser: Any, saved: Any, tmp_path: Path) -> None:
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter().from_notebook_node(saved)
    (tmp_path / "n.html").write_text(text, encoding="utf-8")
    _shows_static_forms(browser, tmp_path / "n.html", len(HOSTED))


def test_run_and_converted_on_the_command_line(
    browser: Any, program: Path, hostile: Path, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    count = 2
    node = nbformat.from_dict(code_notebook(*plain_cells(program, hostile, pair)[: count + 1]))
    nbformat.write(node, tmp_path / "n.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", str(tmp_path / "n.ipynb")]
    subprocess.run(
        [*command, "--ExecutePreprocessor.store_widget_state=False"], check=True, cwd=tmp_path, capture_output=True
    )
    _shows_static_forms(browser, tmp_path / "n.html", count)


def _shows_static_forms(browser: Any, path: Path, count: int) -> None:
    with opened(browser) as bare:
        bare.page.goto(path.as_uri())
        outputs = bare.page.locator(".jp-OutputArea-output")
        expect(outputs).to_have_count(count)
        for output, row in zip(outputs.all(), HOSTED, strict=False):
            expect(output.locator("strong").first).to_be_visible()
            expect(output).to_contain_text(row.static)
        assert bare.page.evaluate("window.hacked") is None
        assert [address for address in bare.blocked if not _NBCONVERT_ASKS.match(address)] == []
