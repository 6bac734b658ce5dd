"""How well each window of a document answers a question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import shortened, table
from bertkit.insight.tokens import Tokenization
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.windows import rows

_SHOWN_CHARACTERS = 48


@dataclass(frozen=True)
class WindowScores:
    """The best span of every window.

    Attributes:
        tokenization: the question, the document and its windows.
        best: the best span that each window counts as its own; None where a window has none.
    """

    tokenization: Tokenization
    best: tuple[RowSpan | None, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the spans as plain values."""
        best = [None if span is None else span.to_json() for span in self.best]
        return {**self.tokenization.to_json(), "best": best}

    def __str__(self) -> str:
        listed = [
            (index, f"{place.start}-{place.end}")
            + (("", "") if span is None else (f"{span.score:+.2f}", shortened(span.text, _SHOWN_CHARACTERS)))
            for index, (place, span) in enumerate(zip(self.tokenization.places, self.best, strict=True))
        ]
        return table(("window", "characters", "score", "best span"), listed)


def score_windows(
    subject: Subject,
    tokenization: Tokenization,
    *,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
    progress: ProgressCallback | None = None,
) -> WindowScores:
    """Run the reader on every window of a document.

    Args:
        subject: the reader; its own engine runs.
        tokenization: the question, the document and its windows.
        max_answer_tokens: the longest answer, in tokens.
        progress: called after each batch with the windows done and their number; what it raises ends the work.

    Raises:
        ModelError: a logit is not a finite number.
    """
    windows, settings = tokenization.windows, subject.reader.settings
    best: list[RowSpan | None] = []
    for batch in _batches([window.length for window in windows], subject.batch_size):
        starts, ends = subject.logits([windows[index] for index in batch])
        for index, start, end in zip(batch, starts, ends, strict=True):
            inputs = rows([windows[index]], settings.inputs)
            found = Band.of(Example(tokenization, index, inputs), start, end, max_answer_tokens).best(1)
            best.append(found[0] if found else None)
        if progress is not None:
            progress(len(best), len(windows))
    return WindowScores(tokenization, tuple(best))


def _batches(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Yield neighboring windows of one length together, at most `size`."""
    batch: list[int] = []
    for index, length in enumerate(lengths):
        if batch and (len(batch) == size or lengths[batch[0]] != length):
            yield batch
            batch = []
        batch.append(index)
    yield batch
