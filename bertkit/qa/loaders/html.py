"""Web pages: the main text without menus and footers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bertkit.dependencies import require
from bertkit.errors import FileError
from bertkit.qa.document import Document
from bertkit.qa.loaders.sections import sections


def load(path: Path) -> Document:
    """Load the main text of an HTML file, with its headings.

    Raises:
        FileError: the page holds no text.
    """
    trafilatura = require("trafilatura", "documents", "read HTML")
    content = path.read_bytes()
    if b"<html" not in content.lower():
        # trafilatura takes a fragment for no HTML at all.
        content = b"<html><body>" + content + b"</body></html>"
    page = trafilatura.bare_extraction(content, include_comments=False, favor_recall=True)
    if page is not None and page.text:
        text, body = str(page.text), page.body
    else:
        # Pages without an article to single out, such as a bare paragraph.
        body, text, _ = trafilatura.baseline(content)
    if not text.strip():
        raise FileError(
            f"{path} holds no text to read ({path.stat().st_size} bytes). If a script draws the page, save it from a "
            "browser first."
        )
    return Document(text, str(path), headings=sections(_headings(text, body), len(text)))


def _headings(text: str, body: Any) -> list[tuple[int, str]]:
    """Find the lines of the text that are headings in the page, in order."""
    found = []
    position = 0
    for element in body.iter("head"):
        label = " ".join("".join(element.itertext()).split())
        words = r"\s+".join(re.escape(word) for word in label.split())
        match = re.compile(rf"^\s*{words}\s*$", re.MULTILINE).search(text, position) if words else None
        if match is not None:
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            found.append((start, label))
            position = match.end()
    return found
