"""One file per format; each turns a path into a `Document`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bertkit.errors import FileError

if TYPE_CHECKING:
    from bertkit.qa.document import Document

_MODULES = {
    ".docx": "docx",
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".pdf": "pdf",
    ".txt": "text",
}
SUFFIXES = tuple(_MODULES)
"""What the names of documents end in."""


def loader_for(path: Path) -> Callable[[Path], Document]:
    """Return the `load` function for a path's suffix.

    Raises:
        FileError: no loader reads such files.
    """
    module = _MODULES.get(path.suffix.lower())
    if module is None:
        raise FileError(
            f"{path} has the suffix {path.suffix!r}, which is not supported; supported are {', '.join(_MODULES)}. "
            "Save it in one of these formats, or pass its text with Document.from_text."
        )
    load: Callable[[Path], Document] = importlib.import_module(f"bertkit.qa.loaders.{module}").load
    return load
