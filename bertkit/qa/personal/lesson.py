"""A question with its known answer as the head sees it: one window, and what the encoder makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.head import HeadedModel, Role, span_features, target_of
from bertkit.bert.head.headed_model import score
from bertkit.bert.head.names import FEATURES, POSITION
from bertkit.errors import InputError
from bertkit.qa.document import Document
from bertkit.qa.encoding import Encoder
from bertkit.qa.metrics import exact_match, f1
from bertkit.qa.spans import best_spans
from bertkit.qa.windows import Frame, Window, cut, rows


@dataclass(frozen=True, eq=False)
class Known:
    """A question of a document, and the words that answer it.

    Attributes:
        question: in words.
        document: where the answer stands.
        start: offset of its first character.
        end: offset after its last character.
        also: other texts that are right.
    """

    question: str
    document: Document
    start: int
    end: int
    also: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """All texts that are right."""
        return (self.document.text[self.start : self.end], *self.also)


@dataclass(frozen=True, eq=False)
class Lesson:
    """A known answer in the window where it has the most context.

    Attributes:
        known: the question and its answer.
        window: the row that holds the answer.
        first: the answer's first token, counted from the start of the window's passage.
        last: its last token, included.
        hidden: [sequence, hidden] float16, the encoder's output.
    """

    known: Known
    window: Window
    first: int
    last: int
    hidden: NDArray[np.float16] = field(repr=False)

    def examples(self) -> Iterator[dict[str, Any]]:
        """Yield the two examples that the head is trained with: one for the start, one for the end."""
        at, passage = self.window.frame.passage_start, self.window.passage
        for role, token, able in ((Role.START, self.first, passage.opens), (Role.END, self.last, passage.closes)):
            allowed = np.zeros(len(self.hidden), np.bool_)
            allowed[0] = True  # where "no answer" is scored
            allowed[at : at + len(passage)] = able
            allowed[at + token] = True
            features = span_features(self.hidden.astype(np.float32), role, allowed)
            yield {FEATURES: features, POSITION: [target_of(role, at + token, len(self.hidden))]}

    def answer(self, head: Any, *, max_answer_tokens: int = 30) -> str:
        """Return the words that a head answers with, as `Reader.ask` limits them."""
        logits = score(head, self.hidden.astype(np.float32))
        found = best_spans(logits[:1], logits[1:], [self.window], max_answer_tokens=max_answer_tokens, count=1)[0]
        if not found:
            return ""
        passage = self.window.passage
        start, end = passage.starts[found[0].first], passage.ends[found[0].last]
        return self.known.document.text[int(start) : int(end)].strip()

    def grade(self, answer: str) -> tuple[float, float]:
        """Return F1 and exact match of an answer, each 0 to 1."""
        return f1(answer, self.known.answers), exact_match(answer, self.known.answers)


def make_lesson(known: Known, encoder: Encoder, frame: Frame, model: HeadedModel, inputs: Sequence[str]) -> Lesson:
    """Find the window of a known answer and run the encoder on it.

    Raises:
        InputError: no window holds the whole answer, because it is too long.
    """
    windows = list(cut(encoder.document(known.document), frame))
    found = [(window, *_tokens(window, known)) for window in windows if _holds(window, known)]
    if not found:
        raise InputError(
            f"The answer to {known.question!r} ({known.end - known.start} characters at {known.start} of "
            f"{known.document.source!r}) fits into no window of {frame.lengths[-1]} tokens. Mark fewer words."
        )
    window, first, last = max(found, key=lambda one: min(one[1], len(one[0].passage) - 1 - one[2]))
    hidden = model.hidden(rows([window], inputs))[0].astype(np.float16)
    return Lesson(known, window, first, last, hidden)


def _holds(window: Window, known: Known) -> bool:
    passage = window.passage
    return bool(passage.starts[0] <= known.start and passage.ends[-1] >= known.end and any(_inside(window, known)))


def _inside(window: Window, known: Known) -> NDArray[np.bool_]:
    passage = window.passage
    inside: NDArray[np.bool_] = (passage.ends > known.start) & (passage.starts < known.end)
    return inside


def _tokens(window: Window, known: Known) -> tuple[int, int]:
    tokens = np.flatnonzero(_inside(window, known))
    return int(tokens[0]), int(tokens[-1])
