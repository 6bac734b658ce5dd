"""PDF: the text of each page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.dependencies import require
from bertkit.errors import DependencyError, FileError
from bertkit.qa.document import Document, Span

_PAGE_BREAK = "\n"


def load(path: Path) -> Document:
    """Load the text of a PDF, with one span a page.

    Raises:
        FileError: the file is encrypted, damaged, or holds pictures of text only.
        DependencyError: pypdf, or what it needs to decrypt the file, is not installed.
    """
    errors = require("pypdf", "documents", "read PDF").errors
    try:
        with path.open("rb") as file:
            texts = [page.extract_text() for page in _open(path, file).pages]
    except errors.DependencyError as error:
        raise DependencyError(
            f"{path} is encrypted with AES, which pypdf decrypts with another package. "
            "Install it with: pip install cryptography"
        ) from error
    except errors.PyPdfError as error:
        raise FileError(
            f"{path} is not a PDF, or is damaged or truncated: {error}. Copy or download it again."
        ) from error
    if not any(text.strip() for text in texts):
        raise FileError(
            f"{path} has {len(texts)} pages without any text: it looks scanned. Recognize its text first, for example "
            "with: ocrmypdf IN.pdf OUT.pdf"
        )
    return Document(_PAGE_BREAK.join(texts), str(path), pages=_page_spans(texts))


def _open(path: Path, file: Any) -> Any:
    reader = require("pypdf", "documents", "read PDF").PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileError(
            f"{path} is encrypted and needs a password. Save a copy without one, for example from a viewer."
        )
    return reader


def _page_spans(texts: list[str]) -> tuple[Span, ...]:
    spans = []
    start = 0
    for number, text in enumerate(texts, start=1):
        spans.append(Span(start, start + len(text), str(number)))
        start += len(text) + len(_PAGE_BREAK)
    return tuple(spans)
