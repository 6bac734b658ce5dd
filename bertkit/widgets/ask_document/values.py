"""A document, its questions and answers as plain values. All offsets count characters (code points)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bertkit.qa.answers import Answer
from bertkit.qa.document import Document
from bertkit.widgets import units
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.paragraphs import Paragraph
from bertkit.widgets.panel import Json

_CONTEXT_CHARACTERS = 70
_PART_BYTES = 60_000
_MOST_PLACES = 12
_KINDS = ("lines", "flowing", "heading")
# A lone surrogate is no character that a browser could be sent; the stand-in has the same length.
_SURROGATE = re.compile("[\ud800-\udfff]")


def shown(text: str) -> str:
    """Return a text that can be sent as it is, of the same length."""
    return _SURROGATE.sub("\ufffd", text)


def name_of(document: Document) -> str:
    """Return the last part of a document's source, which is a path or a name."""
    return shown(document.name)


def facts(document: Document) -> list[str]:
    """Return how much there is to read."""
    words = units.plural(len(document.text.split()), "word")
    return [*([units.plural(len(document.pages), "page")] if document.pages else []), words]


def document_values(document: Document, parts: Sequence[Sequence[Paragraph]]) -> Json:
    """Return all of a document but its text."""
    return {
        "facts": facts(document),
        "length": len(document.text),
        "pages": [span.start for span in document.pages],
        "parts": [[part[0].start, part[-1].end] for part in parts],
    }


def parts_of(document: Document, paragraphs: Sequence[Paragraph]) -> list[list[Paragraph]]:
    """Divide paragraphs so that each part is a small message."""
    parts: list[list[Paragraph]] = []
    room = 0
    for paragraph in paragraphs:
        size = len(json.dumps(shown(document.text[paragraph.start : paragraph.end])))
        if size > room:
            parts.append([])
            room = _PART_BYTES
        parts[-1].append(paragraph)
        room -= size
    return parts


def part_values(document: Document, part: Sequence[Paragraph]) -> Json:
    """Return paragraphs with their text: start, text, kind (0 lines as they stand, 1 flowing, 2 a heading)."""
    return [
        [paragraph.start, shown(document.text[paragraph.start : paragraph.end]), _KINDS.index(paragraph.kind)]
        for paragraph in part
    ]


def asked_values(asked: Asked, number: int) -> Json:
    """Return a question with its answers.

    Args:
        asked: the question.
        number: its place in the history; -1 while it is being answered.
    """
    result = asked.result
    return {
        "number": number,
        "question": shown(result.question),
        "answers": [_answer_values(answer) for answer in result],
        "no_answer": result.no_answer.probability,
        "found": result.best is not None,
        "scope": None if asked.scope is None else list(asked.scope),
        "read": asked.windows_read,
        "windows": asked.windows,
        "seconds": round(asked.seconds, 3),
        "stopped": asked.stopped,
    }


def _answer_values(answer: Answer) -> Json:
    before, after = context_of(answer)
    places = [[place.start, place.end, place.page] for place in answer.support[:_MOST_PLACES]]
    return {
        "text": shown(answer.text),
        "start": answer.start,
        "end": answer.end,
        "probability": answer.probability,
        "place": place_of(answer),
        "before": before,
        "after": after,
        "places": places,
        "places_left_out": len(answer.support) - len(places),
    }


def place_of(answer: Answer) -> str:
    """Return page and heading in words; empty where there are none."""
    page = "" if answer.page is None else f"page {answer.page}"
    return ", ".join(part for part in (page, shown(answer.heading or "")) if part)


def context_of(answer: Answer) -> tuple[str, str]:
    """Return the words before and after an answer, on one line."""
    text = answer.source.text
    first = max(0, answer.start - _CONTEXT_CHARACTERS)
    last = min(len(text), answer.end + _CONTEXT_CHARACTERS)
    before, after = text[first : answer.start], text[answer.end : last]
    if first > 0:
        before = "… " + (before.partition(" ")[2] or before)
    if last < len(text):
        after = (after.rpartition(" ")[0] or after) + " …"
    return _one_line(before), _one_line(after)


def _one_line(text: str) -> str:
    return shown(re.sub(r"\s", " ", text))


def read_in_words(asked: Asked) -> str:
    """Return how much was searched and how long it took."""
    where = "" if asked.scope is None else f" of characters {asked.scope[0]:,d} to {asked.scope[1]:,d}"
    count = units.plural(asked.windows, "window")
    if asked.windows_read < asked.windows:
        searched = f"searched {asked.windows_read:,d} of {count}{where}, then stopped"
    elif asked.windows == 0:
        searched = "nothing to read"
    else:
        searched = f"searched {'all ' if asked.windows > 1 else ''}{count}{where}"
    return f"{searched}, {asked.seconds:.2f} s"
