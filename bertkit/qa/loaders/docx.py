"""Word documents: paragraphs and tables in reading order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bertkit.dependencies import require
from bertkit.errors import FileError
from bertkit.qa.document import Document
from bertkit.qa.loaders.sections import sections

_HEADING_STYLES = ("Heading", "Title")


def load(path: Path) -> Document:
    """Load the text of a .docx file, one paragraph or table row a line, with its headings.

    Raises:
        FileError: the file is damaged, truncated, or holds no text.
    """
    docx = require("docx", "documents", "read Word documents")
    not_a_package = require("docx.opc.exceptions", "documents", "read Word documents").PackageNotFoundError
    try:
        lines = list(_lines(docx.Document(str(path))))
    except (not_a_package, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise FileError(
            f"{path} is not a .docx file, or is damaged or truncated. Open and save it in a word processor, "
            "or copy it again."
        ) from error
    headings = []
    position = 0
    for line, is_heading in lines:
        if is_heading:
            headings.append((position, line.strip()))
        position += len(line) + 1
    text = "\n".join(line for line, _ in lines)
    return Document(text, str(path), headings=sections(headings, len(text)))


def _lines(content: Any) -> Iterator[tuple[str, bool]]:
    """Yield each line and whether it is a heading."""
    for block in content.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                yield "\t".join(_cells(row)), False
        else:
            style = "" if block.style is None else str(block.style.name)
            yield block.text, style.startswith(_HEADING_STYLES) and bool(block.text.strip())


def _cells(row: Any) -> Iterator[str]:
    previous = None
    for cell in row.cells:
        # A merged cell is listed once for every column it spans.
        if cell._tc is not previous:
            yield cell.text
        previous = cell._tc
