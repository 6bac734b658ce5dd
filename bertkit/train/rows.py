"""Rows to learn from, packed into a few arrays so that a million of them fit in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNUSED = -1
UNMASKED = -100


@dataclass(frozen=True)
class Row:
    """One row: a question and a window, or a stretch of plain text.

    Attributes:
        ids: [tokens] int32, special tokens included, without padding.
        passage_start: where the passage begins.
        spans: (first, last) tokens, counted from the row's start, of the places that are right; (0, 0) is "no answer".
        labels: [tokens] int32, the hidden tokens' own ids and -100 elsewhere; None where nothing is hidden.
        answered: whether the window holds an answer.
        asked: whether its question has an answer in some window.
    """

    ids: NDArray[np.int32]
    passage_start: int
    spans: tuple[tuple[int, int], ...] = ((0, 0),)
    labels: NDArray[np.int32] | None = None
    answered: bool = False
    asked: bool = False


@dataclass(frozen=True)
class Rows:
    """Many rows.

    Attributes:
        ids: [tokens] int32, all rows one after the other.
        offsets: [rows + 1] int64, where each row begins.
        passage_starts: [rows] int32.
        spans: [rows, places, 2] int32, -1 where a row has fewer places.
        labels: [tokens] int32, or None where nothing is hidden.
        answered: [rows] bool, whether the window holds an answer.
        asked: [rows] bool, whether its question has an answer in some window.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    passage_starts: NDArray[np.int32]
    spans: NDArray[np.int32]
    labels: NDArray[np.int32] | None
    answered: NDArray[np.bool_]
    asked: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.passage_starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row, [rows]."""
        return np.diff(self.offsets)

    @classmethod
    def pack(cls, rows: Iterable[Row]) -> Rows:
        """Pack rows, at least one; all of them with labels or none."""
        listed = list(rows)
        offsets = np.concatenate([[0], np.cumsum([len(row.ids) for row in listed])]).astype(np.int64)
        spans = np.full((len(listed), max(len(row.spans) for row in listed), 2), UNUSED, np.int32)
        for index, row in enumerate(listed):
            spans[index, : len(row.spans)] = row.spans
        labels = [row.labels for row in listed if row.labels is not None]
        return cls(
            ids=np.concatenate([row.ids for row in listed]),
            offsets=offsets,
            passage_starts=np.array([row.passage_start for row in listed], np.int32),
            spans=spans,
            labels=np.concatenate(labels) if labels else None,
            answered=np.array([row.answered for row in listed], np.bool_),
            asked=np.array([row.asked for row in listed], np.bool_),
        )

    def take(self, indices: NDArray[np.int64]) -> Rows:
        """Return some of the rows, in the order of `indices`; a row may be taken more than once."""
        lengths = self.lengths[indices]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.offsets[indices] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Rows(
            ids=self.ids[places],
            offsets=offsets,
            passage_starts=self.passage_starts[indices],
            spans=self.spans[indices],
            labels=None if self.labels is None else self.labels[places],
            answered=self.answered[indices],
            asked=self.asked[indices],
        )

    @classmethod
    def joined(cls, parts: Sequence[Rows]) -> Rows:
        """Return several sets of rows as one; all of them with labels or none."""
        places = max(part.spans.shape[1] for part in parts)
        widened = [
            np.pad(part.spans, ((0, 0), (0, places - part.spans.shape[1]), (0, 0)), constant_values=UNUSED)
            for part in parts
        ]
        labels = [part.labels for part in parts if part.labels is not None]
        lengths = np.concatenate([part.lengths for part in parts])
        return cls(
            ids=np.concatenate([part.ids for part in parts]),
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            passage_starts=np.concatenate([part.passage_starts for part in parts]),
            spans=np.concatenate(widened),
            labels=np.concatenate(labels) if labels else None,
            answered=np.concatenate([part.answered for part in parts]),
            asked=np.concatenate([part.asked for part in parts]),
        )
