"""Widget state taken out of notebooks: GitHub refuses whole notebooks for it, and it hides the static forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bertkit.notebooks.file import NotebookFile

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Cleaning:
    """What was, or would be, taken out of a notebook.

    Attributes:
        path: the notebook.
        removed: each part in words; empty for a notebook that is clean.
    """

    path: str
    removed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def clean_notebook(path: str | Path, check: bool = False) -> Cleaning:
    """Remove widget state and live views from a notebook, so that every viewer shows the static forms.

    A clean notebook is not written at all; of any other only these parts change, and it is replaced atomically.

    Args:
        path: the notebook, format 4.
        check: only say what would be removed.

    Raises:
        FileError: it cannot be read or written, or is no notebook.
    """
    file = NotebookFile.open(path)
    removed = tuple(remove_widgets(file.content))
    if removed and not check:
        file.save()
    return Cleaning(str(path), removed)


def remove_widgets(notebook: dict[str, Any]) -> list[str]:
    """Remove widget state and live views from a notebook in place, and return what was removed in words.

    An output that shows nothing but a live view goes as a whole.
    """
    removed = []
    if "widgets" in notebook.get("metadata", {}):
        del notebook["metadata"]["widgets"]
        removed.append("metadata.widgets")
    for number, cell in enumerate(notebook["cells"], start=1):
        outputs = cell.get("outputs", [])
        views = list(_views(outputs))
        for output in views:
            del output["data"][WIDGET_VIEW]
            output.get("metadata", {}).pop(WIDGET_VIEW, None)
        if views:
            outputs[:] = [output for output in outputs if output.get("data") != {}]
            removed.append(f"{len(views)} live view{'s' * (len(views) != 1)} in cell {number}")
    return removed


def _views(outputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (output for output in outputs if WIDGET_VIEW in output.get("data", {}))
