"""Where an answer comes from: start and end scores by token, the best spans, and why another span is not chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.insight.band import MAX_ANSWER_TOKENS, NULL, Band, RowSpan
from bertkit.insight.lanes import lanes
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import shortened, sparkline, table
from bertkit.insight.verdict import Verdict, judge
from bertkit.qa.candidates import COMPETING, probabilities

_SHOWN_CHARACTERS = 48
_HEADERS = ("#", "span", "characters", "score", "start", "end", "probability")


@dataclass(frozen=True)
class ScoredSpan:
    """One of the best spans of a window.

    Attributes:
        span: where it is; its score is `start_lead + end_lead`.
        start_lead: start logit of its first token less that of the null position.
        end_lead: end logit of its last token less that of the null position.
        probability: among the spans of this window and "no answer", at the model's temperature. The reader's own
            probability also counts other windows, and other places that say the same.
        lane: the line to draw it on, so that no span covers another.
    """

    span: RowSpan
    start_lead: float
    end_lead: float
    probability: float
    lane: int

    def to_json(self) -> dict[str, Any]:
        """Return the span as plain values."""
        return {**self.span.to_json(), **{name: value for name, value in vars(self).items() if name != "span"}}


@dataclass(frozen=True, eq=False)
class SpanScores:
    """The scores of one window.

    Attributes:
        example: the window.
        start_logits: [length] float32.
        end_logits: [length] float32.
        start_probabilities: [length] float32: a softmax over the passage and the null position (token 0) at the model's
            temperature; 0 elsewhere.
        end_probabilities: [length] float32, likewise.
        band: the scores of all spans; `band.best(200)` are the highest fields of the start x end matrix.
        spans: the best, best first.
        no_answer_probability: among the spans of this window and "no answer".
    """

    example: Example
    start_logits: NDArray[np.float32] = field(repr=False)
    end_logits: NDArray[np.float32] = field(repr=False)
    start_probabilities: NDArray[np.float32] = field(repr=False)
    end_probabilities: NDArray[np.float32] = field(repr=False)
    band: Band = field(repr=False)
    spans: tuple[ScoredSpan, ...]
    no_answer_probability: float

    @property
    def null_score(self) -> float:
        """Start plus end logit of the null position; every span's score is what it has above this."""
        return float(self.start_logits[NULL] + self.end_logits[NULL])

    def why(self, first: int, last: int) -> Verdict:
        """Say why a span of the row's tokens is, or is not, the answer.

        Args:
            first: its first token, counted in the row.
            last: its last token, included.

        Raises:
            InputError: it is no stretch of the window's passage.
        """
        return judge(self.band, self.start_logits, self.end_logits, first, last)

    def to_json(self) -> dict[str, Any]:
        """Return the scores; curves and the matrix ([k, i], see `Band`) stay arrays."""
        return {
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "tokens": self.example.row.to_json(),
            "start_logits": self.start_logits,
            "end_logits": self.end_logits,
            "start_probabilities": self.start_probabilities,
            "end_probabilities": self.end_probabilities,
            "matrix": self.band.scores,
            "null_score": self.null_score,
            "no_answer_probability": self.no_answer_probability,
            "spans": [span.to_json() for span in self.spans],
        }

    def __str__(self) -> str:
        filled = self.example.row.filled
        return "\n".join(
            [
                str(self.example),
                f"start |{sparkline(self.start_probabilities[:filled])}|",
                f"end   |{sparkline(self.end_probabilities[:filled])}|",
                table(_HEADERS, [(rank, *_cells(span)) for rank, span in enumerate(self.spans, start=1)]),
                f"no answer: {self.no_answer_probability:.1%}",
            ]
        )


def _cells(scored: ScoredSpan) -> tuple[str, ...]:
    span = scored.span
    numbers = (f"{number:+.2f}" for number in (span.score, scored.start_lead, scored.end_lead))
    return shortened(span.text, _SHOWN_CHARACTERS), f"{span.start}-{span.end}", *numbers, f"{scored.probability:.1%}"


def score_spans(
    subject: Subject, example: Example, *, max_answer_tokens: int = MAX_ANSWER_TOKENS, count: int = 10
) -> SpanScores:
    """Run the reader on a window and show how it scores every token and span.

    Args:
        subject: the reader; its own engine runs.
        example: the question and the window.
        max_answer_tokens: the longest answer, in tokens.
        count: how many of the best spans to list.

    Raises:
        ModelError: the model's logits are not finite.
        InputError: a number is less than 1.
    """
    if count < 1:
        raise InputError(f"count must be at least 1, got {count}.")
    (start,), (end,) = subject.logits([example.window])
    settings = subject.reader.settings
    band = Band.of(example, start, end, max_answer_tokens)
    best = band.best(max(count, COMPETING))
    shares, null_share = probabilities([span.score for span in best], settings.temperature, settings.null_threshold)
    return SpanScores(
        example=example,
        start_logits=start,
        end_logits=end,
        start_probabilities=probabilities_by_token(example, start, settings.temperature),
        end_probabilities=probabilities_by_token(example, end, settings.temperature),
        band=band,
        spans=tuple(
            ScoredSpan(span, float(start[span.first] - start[NULL]), float(end[span.last] - end[NULL]), share, lane)
            for span, share, lane in zip(
                best[:count], shares, lanes([span.place for span in best[:count]]), strict=False
            )
        ),
        no_answer_probability=null_share,
    )


def probabilities_by_token(example: Example, logits: NDArray[np.floating], temperature: float) -> NDArray[np.float32]:
    """Return the softmax of logits over the passage and the null position, 0 elsewhere.

    Args:
        example: the window.
        logits: [..., length] float.
        temperature: of the model's settings.

    Returns:
        [..., length] float32.
    """
    begin = example.window.frame.passage_start
    takes_part = np.zeros(logits.shape[-1], np.bool_)
    takes_part[begin : begin + len(example.window.passage)] = True
    takes_part[NULL] = True
    scaled = np.where(takes_part, logits.astype(np.float64) / temperature, -np.inf)
    shares = np.exp(scaled - scaled.max(-1, keepdims=True))
    result: NDArray[np.float32] = (shares / shares.sum(-1, keepdims=True)).astype(np.float32)
    return result
