"""What the answer rests on: hide each token in turn, and see how much of the answer's score goes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import bar, shortened, table
from bertkit.insight.what_if import hidden_in
from bertkit.qa.progress import ProgressCallback

METHOD = "occlusion"

_SHOWN_TOKENS = 15
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Occlusion:
    """How much each token carries of the answer's start plus end logit.

    Attributes:
        example: the question and the window.
        answer: the span whose logits are watched.
        drops: [length] float32: by how much hiding a token lowers the answer's start plus end logit; negative where the
            answer gains; not a number where the token was not hidden (special tokens, padding, not run yet).
        runs: how many times the model ran, the run without hiding included.
    """

    example: Example
    answer: RowSpan
    drops: NDArray[np.float32] = field(repr=False)
    runs: int

    def top(self, count: int = _SHOWN_TOKENS) -> list[int]:
        """Return the tokens that carry most, most first."""
        order = np.argsort(-self.drops, kind="stable")  # what is not a number comes last
        return [int(token) for token in order[:count] if np.isfinite(self.drops[token])]

    def to_json(self) -> dict[str, Any]:
        """Return the attribution; `drops` stays an array."""
        return {
            "method": METHOD,
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "tokens": self.example.row.to_json(),
            "answer": self.answer.to_json(),
            "drops": self.drops,
            "runs": self.runs,
        }

    def __str__(self) -> str:
        row, top = self.example.row, self.top()
        most = max((float(self.drops[token]) for token in top), default=0.0)
        rows = (
            (token, row[token].piece, row[token].part, f"{drop:+.2f}", bar(drop / most if most > 0 else 0.0))
            for token in top
            for drop in [float(self.drops[token])]
        )
        return "\n".join(
            [
                str(self.example),
                f'What "{shortened(self.answer.text, _SHOWN_CHARACTERS)}" rests on: start plus end logit lost when a '
                f"token is hidden ({METHOD}, {self.runs} runs)",
                table(["token", "piece", "part", "lost", ""], rows),
            ]
        )


def occlude(
    subject: Subject,
    example: Example,
    *,
    answer: RowSpan | None = None,
    tokens: Sequence[int] | None = None,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
    progress: ProgressCallback | None = None,
    partial: Callable[[Occlusion], None] | None = None,
) -> Occlusion:
    """Hide each token in turn and run the reader's own engine.

    Args:
        subject: the reader.
        example: the question and the window.
        answer: the span to watch; None for the best.
        tokens: places in the row to hide; None for the whole question and passage.
        max_answer_tokens: the longest answer, in tokens.
        progress: called after each batch with the tokens done and their number; what it raises ends the work.
        partial: called after each batch with what is known so far.

    Raises:
        InputError: a token belongs to neither the question nor the passage, or the answer lies outside the row.
        ModelError: a logit is not a finite number.
    """
    row = example.row
    chosen = [*row.places("question"), *row.places("passage")] if tokens is None else list(tokens)
    (start,), (end,) = subject.logits([example.window])
    watched = Band.of(example, start, end, max_answer_tokens).answer if answer is None else answer
    if not 0 <= watched.first <= watched.last < len(row):
        raise InputError(f"The answer's tokens {watched.place} lie outside this row of {len(row)} tokens.")
    whole = float(start[watched.first] + end[watched.last])
    result = Occlusion(example, watched, np.full(len(row), np.nan, np.float32), runs=1)
    for batch in _batches(chosen, subject.batch_size):
        starts, ends = subject.logits([hidden_in(example, [token]) for token in batch])
        drops = result.drops.copy()
        drops[batch] = whole - (starts[:, watched.first] + ends[:, watched.last])
        result = Occlusion(example, watched, drops, result.runs + len(batch))
        if partial is not None:
            partial(result)
        if progress is not None:
            progress(result.runs - 1, len(chosen))
    return result


def _batches(tokens: Sequence[int], size: int) -> Iterator[list[int]]:
    yield from (list(tokens[start : start + size]) for start in range(0, len(tokens), size))
