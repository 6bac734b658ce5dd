"""A notebook as one page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bertkit.dependencies import require
from bertkit.errors import FileError
from bertkit.notebooks.execute import execute
from bertkit.notebooks.file import NotebookFile
from bertkit.widgets.page import save_page

_SECONDS_A_CELL = 600


@dataclass(frozen=True)
class Export:
    """An exported page.

    Attributes:
        path: the page.
        size_bytes: its size.
        alive: how many widgets work in it, on recorded data.
        static: how many show their static form, because no data was recorded with them.
    """

    path: str
    size_bytes: int
    alive: int
    static: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def export_notebook(
    notebook: str | Path, out: str | Path, run: bool = False, seconds_a_cell: int = _SECONDS_A_CELL
) -> Export:
    """Write a notebook as one page that needs no server, no kernel and no network.

    Args:
        notebook: the notebook, format 4; it is not changed.
        out: where to write the page.
        run: run the notebook first and record what its widgets can be asked; otherwise its outputs are taken as saved.
        seconds_a_cell: how long a cell may run.

    Raises:
        DependencyError: nbconvert or nbclient is not installed.
        FileError: the notebook cannot be read or is none, or the page cannot be written.
        InputError: a cell failed or took too long, or the kernel is missing.
    """
    path = Path(notebook)
    node = _validated(NotebookFile.open(path))
    require("nbconvert", "notebook", "export notebooks")
    from bertkit.notebooks.exporter import BertkitHtmlExporter

    if run:
        execute(node, path.resolve().parent, "selfcontained", seconds_a_cell)
    place = {"metadata": {"name": path.stem, "path": str(path.resolve().parent)}}
    exporter: BertkitHtmlExporter = BertkitHtmlExporter()  # type: ignore[no-untyped-call]
    text, resources = exporter.from_notebook_node(node, place)
    save_page(text, out)
    return Export(str(out), len(text.encode()), **resources["bertkit"])


def _validated(file: NotebookFile) -> Any:
    nbformat = require("nbformat", "notebook", "export notebooks")
    # Reading joins the lines that files keep apart.
    node = nbformat.reads(json.dumps(file.content), as_version=4)
    try:
        nbformat.validate(node)
    except nbformat.ValidationError as error:
        raise FileError(f"{file.path} is not a valid notebook: {str(error).splitlines()[0]}") from error
    return node
