"""Widget state is removed from notebooks and nothing else changes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from sample_notebooks import VIEW, code, display, markdown, notebook, write

from bertkit.cli import main
from bertkit.errors import FileError
from bertkit.notebooks import clean_notebook

_STATE = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "version_minor": 0, "state": {}}}


def _dirty() -> dict[str, Any]:
    return notebook(
        markdown("Überschrift <b>"),
        code("w", display(widget=True, html="<p>static</p>", text="words"), display(text="1.50")),
        code("tqdm", display(widget=True)),
        widgets=_STATE,
    )


def test_state_and_views_go_and_static_forms_stay(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", _dirty())
    removed = clean_notebook(path).removed
    assert removed == ("metadata.widgets", "1 live view in cell 2", "1 live view in cell 3")
    left = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in left["metadata"]
    assert left["cells"][1]["outputs"][0]["data"] == {"text/html": "<p>static</p>", "text/plain": "words"}
    assert left["cells"][2]["outputs"] == []
    assert VIEW not in path.read_text(encoding="utf-8")
    assert clean_notebook(path).removed == ()


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"indent": 2},
        {"indent": 0},
        {"indent": None},
        {"indent": None, "separators": (",", ":")},
        {"ensure_ascii": True, "indent": 4},
    ],
    ids=["jupyter", "two spaces", "no indent", "one line", "tight", "escaped"],
)
def test_everything_else_keeps_its_bytes(tmp_path: Path, layout: dict[str, Any]) -> None:
    dirty = _dirty()
    path = write(tmp_path / "n.ipynb", dirty, **layout)
    clean_notebook(path)
    del dirty["metadata"]["widgets"], dirty["cells"][1]["outputs"][0]["data"][VIEW], dirty["cells"][2]["outputs"][0]
    assert path.read_bytes() == write(tmp_path / "wanted.ipynb", dirty, **layout).read_bytes()


def test_a_clean_notebook_is_not_written(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", notebook(code("1")))
    before = path.stat()
    assert clean_notebook(path).removed == ()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_link_still_leads_to_the_notebook(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", _dirty())
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    clean_notebook(link)
    assert link.is_symlink()
    assert VIEW not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "is not a notebook: wanted JSON in UTF-8"),
        (b"{", "is not a notebook: wanted JSON in UTF-8"),
        (b"[1]", r'wanted an object with "nbformat" and "cells", got a list'),
        (b'{"nbformat": 3, "worksheets": []}', "is a notebook of format 3; wanted format 4. .*nbconvert"),
    ],
)
def test_other_files_are_refused_and_left_alone(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(content)
    with pytest.raises(FileError, match=message):
        clean_notebook(path)
    assert path.read_bytes() == content
    with pytest.raises(FileError, match="Cannot read"):
        clean_notebook(tmp_path / "absent.ipynb")


def test_the_command_checks_and_cleans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dirty, clean = write(tmp_path / "d.ipynb", _dirty()), write(tmp_path / "c.ipynb", notebook())

    def run(*options: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["bertkit", "clean-notebook", *options, str(dirty), str(clean)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    before = dirty.read_bytes()
    code_, told = run("--check")
    assert (code_, dirty.read_bytes()) == (1, before)
    assert told == (
        f"{dirty}: dirty: metadata.widgets, 1 live view in cell 2, 1 live view in cell 3\n{clean}: clean\n"
    )
    code_, told = run("--json")
    assert code_ == 0
    assert [len(row["removed"]) for row in json.loads(told)] == [3, 0]
    assert run("--check") == (0, f"{dirty}: clean\n{clean}: clean\n")
