"""Attribution by integrated gradients, on the portable graph in float32.

From a row in which all words are hidden, the word vectors move in steps to those of the question and the passage. A
token's part is the sum, along that path, of its gradient times its step. The parts add up to the difference of the
answer's start plus end logit between both ends, up to the coarseness of the steps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.insight.attribution import Attribution
from bertkit.insight.band import MAX_ANSWER_TOKENS, Band, RowSpan
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.what_if import hidden_in
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.windows import rows

_STEPS = 16


def integrate_gradients(
    subject: Subject,
    example: Example,
    *,
    answer: RowSpan | None = None,
    steps: int = _STEPS,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
    progress: ProgressCallback | None = None,
) -> Attribution:
    """Follow the gradient from hidden words to the words themselves.

    Args:
        subject: a reader whose file bertkit wrote; any family, either format.
        example: the question and the window.
        answer: the span to watch, one of this window; None for the best.
        steps: how many gradients to take; each costs about three runs.
        max_answer_tokens: the longest answer, in tokens.
        progress: called after each step; what it raises ends the work.

    Raises:
        InputError: there is not at least one step.
        UnsupportedError: bertkit did not write the file.
        ModelError: a logit is not a finite number.
    """
    from bertkit.insight.word_path import WordPath

    if steps < 1:
        raise InputError(f"steps must be at least 1, got {steps}.")
    words = example.row.words
    hidden = rows([hidden_in(example, words)], subject.reader.settings.inputs)
    _ = subject.anatomy  # refuses the files of others, which name their word vectors otherwise
    path = WordPath(subject.lowered, hidden, example.inputs)
    shown_logits, hidden_logits = path.logits(1.0), path.logits(0.0)
    watched = Band.of(example, *shown_logits, max_answer_tokens).answer if answer is None else answer
    total: NDArray[np.float32] = np.zeros(len(example.row), np.float32)
    for step in range(steps):
        total += path.parts((step + 0.5) / steps, *watched.place) / steps
        if progress is not None:
            progress(step + 1, steps)
    difference = _height(shown_logits, watched) - _height(hidden_logits, watched)
    values = np.where(np.isin(np.arange(len(total)), words), total, np.float32(np.nan))
    gap = float(total.sum()) - difference
    return Attribution("integrated gradients", example, watched, values, runs=steps + 2, gap=gap)


def _height(logits: tuple[Array, Array], answer: RowSpan) -> float:
    start, end = logits
    return float(start[answer.first] + end[answer.last])
