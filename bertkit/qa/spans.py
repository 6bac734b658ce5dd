"""From start and end logits to the best spans of each window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import ModelError
from bertkit.qa.windows import Window

_NULL_POSITION = 0


@dataclass(frozen=True)
class TokenSpan:
    """A stretch of a window's passage.

    Attributes:
        score: start and end logits of the span less those of the null position, which stands for "no answer". Scores of
            different windows compare, since nothing is normalized within a window.
        first: its first token, counted from the start of the window's passage.
        last: its last token, included.
    """

    score: float
    first: int
    last: int


def best_spans(
    start_logits: NDArray[np.floating],
    end_logits: NDArray[np.floating],
    windows: Sequence[Window],
    *,
    max_answer_tokens: int,
    count: int,
) -> list[list[TokenSpan]]:
    """Return each window's best spans, best first.

    A span begins and ends with whole words. One that several windows of a document hold is counted in that where it has
    the most context on its poorer side, so that no span is listed twice.

    Args:
        start_logits: [windows, length] float.
        end_logits: [windows, length] float.
        windows: what the rows hold.
        max_answer_tokens: the longest span.
        count: how many spans to return for each window.

    Raises:
        ModelError: a logit is not a finite number.
    """
    scores = span_scores(start_logits, end_logits, windows, max_answer_tokens=max_answer_tokens)
    return [highest(row, count) for row in scores]


def span_scores(
    start_logits: NDArray[np.floating],
    end_logits: NDArray[np.floating],
    windows: Sequence[Window],
    *,
    max_answer_tokens: int,
) -> NDArray[np.float32]:
    """Return the score of every span, -inf for one that is not counted in its window.

    Args:
        start_logits: [windows, length] float.
        end_logits: [windows, length] float.
        windows: what the rows hold.
        max_answer_tokens: the longest span.

    Returns:
        [windows, k, i]: the span from passage token i to i + k, k below `max_answer_tokens` and the longest passage.

    Raises:
        ModelError: a logit is not a finite number.
    """
    starts, ends = _over_passages(start_logits, windows, "opens"), _over_passages(end_logits, windows, "closes")
    scores = _banded(starts, ends, max_answer_tokens)
    scores[_nearer_to_neighbor(windows, *scores.shape[1:])] = -np.inf
    null = start_logits[:, _NULL_POSITION].astype(np.float32) + end_logits[:, _NULL_POSITION].astype(np.float32)
    scores -= null[:, None, None]
    return scores


def _over_passages(logits: NDArray[np.floating], windows: Sequence[Window], allowed: str) -> NDArray[np.float32]:
    """Return the logits of the passages alone, [windows, longest passage], -inf where a span may not start or end."""
    passages = np.full((len(windows), max(len(window.passage) for window in windows)), -np.inf, np.float32)
    for row, window in enumerate(windows):
        start, size = window.frame.passage_start, len(window.passage)
        read = logits[row, start : start + size]
        if not (np.isfinite(read).all() and np.isfinite(logits[row, _NULL_POSITION])):
            raise ModelError(
                f"The model returned logits that are not finite in a row of {logits.shape[1]} tokens. "
                'If it holds float16 weights, convert it again with precision="float32".'
            )
        passages[row, :size] = np.where(getattr(window.passage, allowed), read, -np.inf)
    return passages


def _banded(starts: NDArray[np.float32], ends: NDArray[np.float32], max_answer_tokens: int) -> NDArray[np.float32]:
    """Return start[i] + end[i + k] at [windows, k, i], for k below the longest answer."""
    count, size = starts.shape
    width = min(max_answer_tokens, size)
    scores = np.full((count, width, size), -np.inf, np.float32)
    for k in range(width):
        np.add(starts[:, : size - k], ends[:, k:], out=scores[:, k, : size - k])
    return scores


def _nearer_to_neighbor(windows: Sequence[Window], width: int, size: int) -> NDArray[np.bool_]:
    """Return whether a neighboring window gives a span more context, [windows, k, i].

    Twice the middle of a span is first + last. In these units, counted from this window, the middle between it and the
    window before lies at `before`, and that between it and the window after at 2 * passage - `after`.
    """
    doubled_middle = 2 * np.arange(size) + np.arange(width)[:, None]  # [k, i]
    lowest = np.array([window.before for window in windows])[:, None, None]
    beyond = np.array([2 * len(window.passage) - window.after for window in windows])[:, None, None]
    result: NDArray[np.bool_] = (doubled_middle < lowest) | (doubled_middle >= beyond)
    return result


def highest(scores: NDArray[np.float32], count: int) -> list[TokenSpan]:
    """Return the best spans of one window, best first, ties in the order of the text.

    Args:
        scores: [k, i], one window of what `span_scores` returns.
        count: how many, at most.
    """
    flat = scores.ravel()
    if len(flat) > count:
        # Everything at the limit is kept until ties are broken, so that the result does not depend on the batch.
        threshold = np.partition(flat, len(flat) - count)[len(flat) - count]
        kept = np.flatnonzero((flat >= threshold) & (flat > -np.inf))
    else:
        kept = np.flatnonzero(flat > -np.inf)
    lengths, firsts = np.divmod(kept, scores.shape[1])
    order = np.lexsort((lengths, firsts, -flat[kept]))[:count]
    return [TokenSpan(float(flat[kept[at]]), int(firsts[at]), int(firsts[at] + lengths[at])) for at in order]
