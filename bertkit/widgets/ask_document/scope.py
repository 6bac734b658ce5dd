"""Asking only a part of a document: its text alone is read, and the answers are those of the whole document."""

from __future__ import annotations

from dataclasses import replace

from bertkit.errors import InputError
from bertkit.qa.answers import Answer, Result
from bertkit.qa.document import Document

Scope = tuple[int, int]
"""Offsets of the first character and after the last one, in the whole document."""


def part_of(document: Document, scope: Scope) -> Document:
    """Return a part as a document of its own.

    Raises:
        InputError: the part lies outside the document or holds no words.
    """
    start, end = checked(document, scope)
    return Document(document.text[start:end], document.source)


def checked(document: Document, scope: Scope) -> Scope:
    """Return the offsets of a stretch with at least one visible character.

    Raises:
        InputError: it is not one.
    """
    start, end = scope
    if not 0 <= start < end <= len(document.text):
        raise InputError(
            f"A part of the document must be offsets start < end from 0 to {len(document.text)}, got {start} and {end}."
        )
    if document.text[start:end].isspace():
        raise InputError(f"Characters {start} to {end} of the document are white space. Select words.")
    return start, end


def moved_back(result: Result, document: Document, scope: Scope) -> Result:
    """Return the result of a part with offsets, pages and headings of the whole document."""

    def moved(answer: Answer) -> Answer:
        start = answer.start + scope[0]
        return replace(
            answer,
            start=start,
            end=answer.end + scope[0],
            page=document.page_of(start),
            heading=document.heading_of(start),
            source=document,
            support=tuple(moved(place) for place in answer.support),
        )

    return replace(result, answers=tuple(moved(answer) for answer in result.answers))
