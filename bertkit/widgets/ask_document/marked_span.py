"""Words of a document that a person marked as the right answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from bertkit.qa.document import Document


@dataclass(frozen=True)
class MarkedSpan:
    """A stretch of a document: `span.text == span.source.text[span.start : span.end]`.

    Attributes:
        text: the words, as they stand in the document.
        start: offset of the first character.
        end: offset after the last character.
        question: what was asked when they were marked; empty when nothing was.
        source: the document.
    """

    text: str
    start: int
    end: int
    question: str = ""
    source: Document = field(kw_only=True, repr=False)
