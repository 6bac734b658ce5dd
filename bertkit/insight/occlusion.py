"""Attribution by occlusion: hide each token in turn and ask again. Works with any engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bertkit.insight.attribution import Attribution
from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.subject import Example, Subject
from bertkit.insight.what_if import hidden_in
from bertkit.qa.progress import ProgressCallback


def occlude(
    subject: Subject,
    example: Example,
    *,
    answer: RowSpan | None = None,
    tokens: Sequence[int] | None = None,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
    progress: ProgressCallback | None = None,
    partial: Callable[[Attribution], None] | None = None,
) -> Attribution:
    """Hide each token in turn and run the reader's own engine.

    Args:
        subject: the reader.
        example: the question and the window.
        answer: the span to watch, one of this window; None for the best.
        tokens: places in the row to hide; None for the whole question and passage.
        max_answer_tokens: the longest answer, in tokens.
        progress: called after each batch with the tokens done and their number; what it raises ends the work.
        partial: called after each batch with what is known so far.

    Raises:
        InputError: a token belongs to neither the question nor the passage.
        ModelError: a logit is not a finite number.
    """
    chosen = example.row.words if tokens is None else list(tokens)
    (start,), (end,) = subject.logits([example.window])
    watched = Band.of(example, start, end, max_answer_tokens).answer if answer is None else answer
    whole = float(start[watched.first] + end[watched.last])
    result = Attribution("occlusion", example, watched, np.full(len(start), np.nan, np.float32), runs=1)
    for first in range(0, len(chosen), subject.batch_size):
        batch = chosen[first : first + subject.batch_size]
        starts, ends = subject.logits([hidden_in(example, [token]) for token in batch])
        values = result.values.copy()
        values[batch] = whole - (starts[:, watched.first] + ends[:, watched.last])
        result = replace(result, values=values, runs=result.runs + len(batch))
        if partial is not None:
            partial(result)
        if progress is not None:
            progress(result.runs - 1, len(chosen))
    return result
