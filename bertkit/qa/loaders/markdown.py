"""Markdown: the source text as it is, with its headings."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from bertkit.dependencies import require
from bertkit.qa.document import Document
from bertkit.qa.loaders.sections import sections
from bertkit.qa.loaders.text import read_text

_LINE_END = re.compile(r"\r\n?|\n")  # as markdown-it counts lines


def load(path: Path) -> Document:
    """Load a Markdown file; the marks stay in the text, so that offsets are those of the file."""
    text = read_text(path)
    return Document(text, str(path), headings=sections(_headings(text), len(text)))


def _headings(text: str) -> list[tuple[int, str]]:
    parser = require("markdown_it", "documents", "read Markdown").MarkdownIt("commonmark")
    line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    tokens = parser.parse(text)
    return [
        (line_starts[token.map[0]], inline.content)
        for token, inline in pairwise(tokens)
        if token.type == "heading_open"
    ]
