"""What the analyses found as plain values and arrays for the view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.insight.attribution import Attribution
from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores, probabilities_by_token
from bertkit.insight.subject import Subject
from bertkit.insight.tokens import Tokenization
from bertkit.insight.what_if import AnswerChange
from bertkit.insight.window_scores import WindowScores
from bertkit.widgets.panel import Answer, Json

NOT_COUNTED = -32768
_HUNDREDTHS = 100
_SHARES = 65535


def window_values(tokenization: Tokenization) -> Json:
    """Return where each window lies."""
    return [[place.first, place.last, place.start, place.end] for place in tokenization.places]


def scores_values(scores: SpanScores) -> Json:
    """Return a window's tokens, curves and best spans; padding is left out."""
    example, row = scores.example, scores.example.row
    filled = row.filled
    columns = {name: column[:filled] for name, column in row.to_json().items() if name != "text"}
    place = example.tokenization.places[example.index]
    return {
        **columns,
        "window": example.index,
        "longest": scores.band.longest,
        "padding": len(row) - filled,
        "passage": example.window.frame.passage_start,
        "text": example.document.text[place.start : place.end],
        "offset": place.start,
        "start_share": _rounded(scores.start_probabilities[:filled], 5),
        "end_share": _rounded(scores.end_probabilities[:filled], 5),
        "start_lead": _rounded(scores.start_logits[:filled] - scores.start_logits[0], 3),
        "end_lead": _rounded(scores.end_logits[:filled] - scores.end_logits[0], 3),
        "null_score": scores.null_score,
        "no_answer": scores.no_answer_probability,
        "counted": scores.band.count,
        "spans": [{**span.to_json(), "page": example.document.page_of(span.span.start)} for span in scores.spans],
    }


def matrix_answer(scores: SpanScores) -> Answer:
    """Return the score of every span: [length - 1, first token] int16 in hundredths of a logit, or `NOT_COUNTED`."""
    found = scores.band.scores
    counted = np.isfinite(found)
    hundredths = np.clip(np.where(counted, found, 0) * _HUNDREDTHS, NOT_COUNTED + 1, -NOT_COUNTED - 1)
    cells = np.where(counted, np.rint(hundredths), NOT_COUNTED).astype("<i2")
    lengths, starts = cells.shape
    return Answer({"lengths": lengths, "starts": starts}, (cells.tobytes(),))


def strip_values(found: WindowScores) -> Json:
    """Return the best span of each window."""
    return [None if span is None else span.to_json() for span in found.best]


def lens_answer(lens: Lens) -> Answer:
    """Return the stages, and what is read at each: [2, stages, tokens] uint16 in 65535ths, first starts, then ends."""
    filled = lens.example.row.filled
    shares = np.stack([lens.start_probabilities, lens.end_probabilities])[:, :, :filled]
    curves = {"start_logits", "end_logits", "start_probabilities", "end_probabilities"}
    data = {name: value for name, value in lens.to_json().items() if name not in curves}
    return Answer({**data, "tokens": filled}, (np.rint(shares * _SHARES).astype("<u2").tobytes(),))


def change_values(subject: Subject, scores: SpanScores, change: AnswerChange) -> Json:
    """Return what becomes of the answer and the curves."""
    filled, temperature = scores.example.row.filled, subject.reader.settings.temperature
    start = probabilities_by_token(scores.example, change.start_logits, temperature)
    end = probabilities_by_token(scores.example, change.end_logits, temperature)
    return {
        "sentence": f"{change}",
        "same": change.same,
        "no_answer": change.no_answer,
        "before": change.before.to_json(),
        "after": change.after.to_json(),
        "kept_score": _finite(change.kept_score),
        "start_share": _rounded(start[:filled], 5),
        "end_share": _rounded(end[:filled], 5),
    }


def attribution_values(attribution: Attribution) -> Json:
    """Return what each token carries, None where there is no value."""
    filled = attribution.example.row.filled
    return {
        "method": attribution.method,
        "runs": attribution.runs,
        "gap": attribution.gap,
        "answer": attribution.answer.text,
        "values": [_finite(round(float(value), 4)) for value in attribution.values[:filled]],
    }


def hidden_tokens(text: str) -> Sequence[int]:
    """Return the numbers in `3 8 9`; what is no number is refused as place -1 by the analysis."""
    return [int(part) if part.isdigit() else -1 for part in text.split()]


def _rounded(values: NDArray[Any], digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
