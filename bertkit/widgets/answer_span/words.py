"""What is said of an answer in both the static and the text form."""

from __future__ import annotations

from bertkit.insight.band import RowSpan
from bertkit.insight.span_scores import ScoredSpan, SpanScores
from bertkit.qa import Document
from bertkit.widgets import units

LENS_LIMIT = (
    "The span head was trained for the last layer only. What it reads before that is an approximation: a layer that "
    "holds the answer in another form looks as if it did not know it."
)
SPAN_COLUMNS = ("#", "span", "tokens", "score", "start", "end", "probability")
STAGE_COLUMNS = ("layer", "best span", "score", "answer's rank", "start", "end")
WINDOW_COLUMNS = ("window", "characters", "score", "best span")


def verdict(scores: SpanScores) -> str:
    """Say whether the window answers."""
    if not scores.spans:
        return "This window has no span that may answer; a neighboring window counts them."
    return (
        f"{units.percent(scores.spans[0].probability)} among the spans of this window, "
        f'"no answer" {units.percent(scores.no_answer_probability)} (null score {scores.null_score:+.2f})'
    )


def span_cells(rank: int, scored: ScoredSpan) -> list[str]:
    """Return a row under `SPAN_COLUMNS`."""
    span = scored.span
    numbers = [f"{number:+.2f}" for number in (span.score, scored.start_lead, scored.end_lead)]
    return [str(rank), span.text, f"{span.first}-{span.last}", *numbers, units.percent(scored.probability)]


def place(document: Document, span: RowSpan) -> str:
    """Say where a span is in its document."""
    page = document.page_of(span.start)
    return f"characters {span.start}-{span.end}{'' if page is None else f', page {page}'}"
