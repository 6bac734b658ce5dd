"""Why a span is, or is not, the answer of a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.insight.band import NULL, Band, RowSpan
from bertkit.insight.text import shortened

_SHOWN_CHARACTERS = 48


@dataclass(frozen=True)
class Verdict:
    """Why a span is, or is not, the answer.

    Attributes:
        span: what was asked about; its score is -inf where it is not counted.
        start_lead: start logit of its first token less that of the null position.
        end_lead: end logit of its last token less that of the null position.
        rank: 1 for the best; None where it is not counted.
        reasons: in words, at least one.
    """

    span: RowSpan
    start_lead: float
    end_lead: float
    rank: int | None
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain values; the score is None where the span is not counted."""
        span = {**self.span.to_json(), "score": None if self.rank is None else self.span.score}
        leads = {"start_lead": self.start_lead, "end_lead": self.end_lead}
        return {**span, **leads, "rank": self.rank, "reasons": list(self.reasons)}

    def __str__(self) -> str:
        leads = (
            f"start {self.start_lead:+.2f}, end {self.end_lead:+.2f}, together {self.start_lead + self.end_lead:+.2f}"
        )
        return "\n".join([f'"{shortened(self.span.text, _SHOWN_CHARACTERS)}": {leads}', *self.reasons])


def judge(
    band: Band, start_logits: NDArray[np.floating], end_logits: NDArray[np.floating], first: int, last: int
) -> Verdict:
    """Say why a span is, or is not, the answer.

    Args:
        band: all spans of the window.
        start_logits: [length] float, which `band` was made of.
        end_logits: [length] float, likewise.
        first: the span's first token, counted in the row.
        last: its last token, included.

    Raises:
        InputError: it is no stretch of the window's passage.
    """
    begin = band.example.window.frame.passage_start
    end = begin + len(band.example.window.passage)
    if not begin <= first <= last < end:
        raise InputError(
            f"A span is a stretch of the passage, which has the tokens {begin} to {end - 1} of this row; "
            f"got {first} to {last}."
        )
    start_lead = float(start_logits[first] - start_logits[NULL])
    end_lead = float(end_logits[last] - end_logits[NULL])
    span = band.span(first, last, band.score(first, last))
    if span.score == -np.inf:
        return Verdict(span, start_lead, end_lead, None, tuple(_rules_broken(band, first, last)))
    rank = 1 + band.better(first, last)
    best = band.answer
    gaps = (float(start_logits[best.first] - start_logits[first]), float(end_logits[best.last] - end_logits[last]))
    return Verdict(span, start_lead, end_lead, rank, tuple(_comparison(band, span, rank, best, gaps)))


def _rules_broken(band: Band, first: int, last: int) -> list[str]:
    passage, offset = band.example.window.passage, band.example.window.frame.passage_start
    reasons = []
    if not passage.opens[first - offset]:
        reasons.append("It begins inside a word; answers begin with whole words.")
    if not passage.closes[last - offset]:
        reasons.append("It ends inside a word; answers end with whole words.")
    if last - first >= band.longest:
        reasons.append(f"It has {last - first + 1} tokens; the longest answer looked for has {band.longest}.")
    if not reasons:
        reasons.append("A neighboring window shows more of what is around it and scores it there.")
    return reasons


def _comparison(band: Band, span: RowSpan, rank: int, best: RowSpan, gaps: tuple[float, float]) -> list[str]:
    reasons = [f"It is number {rank} of {band.count} spans."]
    if rank > 1:
        parts = [f"{name} {gap:+.2f}" for name, gap in zip(("start", "end"), gaps, strict=True)]
        shown = shortened(best.text, _SHOWN_CHARACTERS)
        reasons.append(f'The best, "{shown}", leads it by {best.score - span.score:.2f} ({", ".join(parts)}).')
    if span.score < 0:
        reasons.append(f'"No answer" leads it by {-span.score:.2f}.')
    return reasons
