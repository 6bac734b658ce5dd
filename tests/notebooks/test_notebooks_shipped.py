"""The notebooks of this repository: run from top to bottom, in static form, readable wherever they are opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bertkit.notebooks import clean_notebook

_ROOT = Path(__file__).resolve().parents[2]
_NOTEBOOKS = sorted((_ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", _NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_as_it_ran(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1)), "run: make notebooks"
    assert clean_notebook(path, check=True).removed == ()
    assert not [output for cell in code for output in cell["outputs"] if output["output_type"] == "error"]
    assert not [cell for cell in cells if "execution" in cell["metadata"]], "times of a run are stored"
    assert "<script" not in path.read_text(encoding="utf-8")
