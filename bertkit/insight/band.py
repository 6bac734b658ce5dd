"""All spans that may answer in one window, with their scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError, ModelError
from bertkit.insight.subject import Example
from bertkit.qa.spans import highest, span_scores

MAX_ANSWER_TOKENS = 30
NULL = 0
"""The token whose logits stand for "no answer"."""


@dataclass(frozen=True)
class RowSpan:
    """A stretch of a window.

    Attributes:
        first: its first token, counted in the row.
        last: its last token, included.
        start: offset of its first character in the document.
        end: offset after its last character.
        text: its characters.
        score: by how many logits it leads the null position, which stands for "no answer".
    """

    first: int
    last: int
    start: int
    end: int
    text: str
    score: float

    @property
    def place(self) -> tuple[int, int]:
        """First and last token, by which two spans of one window are compared."""
        return self.first, self.last

    def to_json(self) -> dict[str, Any]:
        """Return the span as plain values."""
        return dict(vars(self))


@dataclass(frozen=True, eq=False)
class Band:
    """The scores of the spans of one window, up to the longest answer.

    Attributes:
        example: the window.
        scores: [k, i] float32: the span from passage token i to i + k; -inf for one that is not counted, because it
            begins or ends inside a word, or because a neighboring window gives it more context.
        longest: the most tokens of an answer.
    """

    example: Example
    scores: NDArray[np.float32] = field(repr=False)
    longest: int

    @classmethod
    def of(
        cls,
        example: Example,
        start_logits: NDArray[np.floating],
        end_logits: NDArray[np.floating],
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
    ) -> Band:
        """Score the spans as the reader does.

        Args:
            example: the window.
            start_logits: [length] float.
            end_logits: [length] float.
            max_answer_tokens: the longest span.

        Raises:
            ModelError: a logit is not a finite number.
            InputError: `max_answer_tokens` is less than 1.
        """
        if max_answer_tokens < 1:
            raise InputError(f"max_answer_tokens must be at least 1, got {max_answer_tokens}.")
        windows = [example.window]
        scores = span_scores(start_logits[None], end_logits[None], windows, max_answer_tokens=max_answer_tokens)
        return cls(example, scores[0], max_answer_tokens)

    @property
    def _offset(self) -> int:
        return self.example.window.frame.passage_start

    def best(self, count: int) -> list[RowSpan]:
        """Return the best spans, best first; fewer where fewer are counted."""
        return [
            self.span(found.first + self._offset, found.last + self._offset, found.score)
            for found in highest(self.scores, count)
        ]

    @property
    def answer(self) -> RowSpan:
        """The best span.

        Raises:
            ModelError: no span of the window is counted.
        """
        best = self.best(1)
        if not best:
            raise ModelError(f"{self.example}: no span of this window is counted, so there is no answer to look at.")
        return best[0]

    def score(self, first: int, last: int) -> float:
        """Return the score of a span of the row's tokens; -inf for one that is not counted."""
        k, i = last - first, first - self._offset
        inside = 0 <= k < self.scores.shape[0] and 0 <= i < self.scores.shape[1]
        return float(self.scores[k, i]) if inside else -np.inf

    def better(self, first: int, last: int) -> int:
        """Return how many spans have a higher score than one."""
        return int(np.count_nonzero(self.scores > self.score(first, last)))

    @property
    def count(self) -> int:
        """How many spans are counted."""
        return int(np.count_nonzero(self.scores > -np.inf))

    def span(self, first: int, last: int, score: float) -> RowSpan:
        """Return tokens of the passage as a span, without white space around its characters."""
        passage, text = self.example.window.passage, self.example.document.text
        start = int(passage.starts[first - self._offset])
        found = text[start : int(passage.ends[last - self._offset])]
        start += len(found) - len(found.lstrip())
        found = found.strip()
        return RowSpan(first, last, start, start + len(found), found, score)
