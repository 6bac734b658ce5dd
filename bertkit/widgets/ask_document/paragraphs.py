"""A document's text cut into paragraphs to show, each a stretch of the text as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bertkit.qa.document import Document

Kind = Literal["lines", "flowing", "heading"]

_LONGEST = 4000
# A line longer than this is no hard-wrapped line of a page but a paragraph of its own.
_LONGEST_WRAPPED = 120
_SHORTEST_WRAPPED = 60
_LAST_LINE_SHARE = 0.75


@dataclass(frozen=True)
class Paragraph:
    """A stretch of a document.

    Attributes:
        start: offset of the first character.
        end: offset after the last character; only white space lies between it and the next paragraph.
        kind: `flowing` where line ends only show how wide the page was, `heading`, or `lines` as they stand.
    """

    start: int
    end: int
    kind: Kind = "lines"


@dataclass(frozen=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text.rstrip())


def paragraphs_of(document: Document) -> list[Paragraph]:
    """Cut a document at blank lines, pages, headings and, in hard-wrapped text, after short lines."""
    found: list[Paragraph] = []
    for lines, heading in _regions(document):
        pieces = [_joined(lines, "heading")] if heading else _paragraphs(lines)
        for piece in pieces:
            found += _chopped(document.text, piece)
    return found


def _regions(document: Document) -> Iterator[tuple[list[_Line], bool]]:
    """Yield lines between blank ones, pages and headings; a heading's line comes alone."""
    headings = sorted(span.start for span in document.headings)
    cuts = sorted({*headings, *(span.start for span in document.pages)})
    region: list[_Line] = []
    for line in _lines(document.text):
        end = line.start + len(line.text)
        is_cut = _drop_before(cuts, line.start, end)
        is_heading = _drop_before(headings, line.start, end)
        blank = not line.text or line.text.isspace()
        if region and (blank or is_cut):
            yield region, False
            region = []
        if is_heading and not blank:
            yield [line], True
        elif not blank:
            region.append(line)
    if region:
        yield region, False


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield _Line(start, line)
        start += len(line)


def _drop_before(offsets: list[int], start: int, end: int) -> bool:
    """Say whether an offset lies in a stretch, and drop those before its end."""
    kept = next((at for at, offset in enumerate(offsets) if offset >= end), len(offsets))
    hit = any(start <= offset for offset in offsets[:kept])
    del offsets[:kept]
    return hit


def _paragraphs(lines: Sequence[_Line]) -> list[Paragraph]:
    lengths = [line.end - line.start for line in lines]
    longest = max(lengths)
    if longest > _LONGEST_WRAPPED:
        return [_joined([line], "lines") for line in lines]
    if longest < _SHORTEST_WRAPPED or len(lines) == 1 or any(_is_table(line.text) for line in lines):
        return [_joined(lines, "lines")]
    ends = [at + 1 for at, length in enumerate(lengths) if length < _LAST_LINE_SHARE * longest]
    cuts = sorted({0, *ends, len(lines)})
    return [_joined(lines[first:last], "flowing") for first, last in pairwise(cuts)]


def _is_table(line: str) -> bool:
    inside = line.strip()
    return "\t" in inside or "   " in inside


def _joined(lines: Sequence[_Line], kind: Kind) -> Paragraph:
    return Paragraph(lines[0].start, lines[-1].end, kind)


def _chopped(text: str, paragraph: Paragraph) -> Iterator[Paragraph]:
    """Yield the paragraph, in pieces that end between words where it is too long to be drawn at once."""
    start = paragraph.start
    while paragraph.end - start > _LONGEST:
        end = text.rfind(" ", start + 1, start + _LONGEST)
        end = start + _LONGEST if end < 0 else end + 1
        yield Paragraph(start, end, paragraph.kind)
        start = end
    yield Paragraph(start, paragraph.end, paragraph.kind)
