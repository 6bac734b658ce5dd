"""An answer's view as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores
from bertkit.insight.text import shortened
from bertkit.insight.window_scores import WindowScores
from bertkit.widgets import blocks, units
from bertkit.widgets.answer_span import words
from bertkit.widgets.answer_span.findings import Findings
from bertkit.widgets.answer_span.picture import draw_curves, draw_lens
from bertkit.widgets.html import Html, joined, picture, tag

_AROUND = 220
_SHOWN = 60
_MOST_WINDOWS = 100


def static_answer(findings: Findings, title: str, facts: Sequence[str], window: int, longest: int) -> Html:
    """Return the answer in its text, the curves, and the best spans; windows and layers where they were computed."""
    scores = findings.scores(window, longest)
    parts = [_answer(scores), _curves(scores), _spans(scores)]
    if findings.known("lens", window, longest):
        parts.append(_lens(findings.lens(window, longest)))
    if findings.known("windows", longest):
        parts.append(_windows(findings.windows(longest), window))
    of = f"window {window + 1} of {len(findings.example.tokenization.windows)}"
    return blocks.frame(title, " · ".join([*facts, of]), *parts)


def _answer(scores: SpanScores) -> Html:
    if not scores.spans:
        return blocks.note(words.verdict(scores))
    span, document = scores.spans[0].span, scores.example.document
    before = document.text[max(0, span.start - _AROUND) : span.start]
    after = document.text[span.end : span.end + _AROUND]
    context = tag("p", ["…", before, blocks.marked(span.text), after, "…"], style="margin:4px 0;white-space:pre-wrap")
    return joined([context, blocks.note(f"{words.place(document, span)}; {words.verdict(scores)}")])


def _curves(scores: SpanScores) -> Html:
    best = scores.spans[0].span.place if scores.spans else (0, 0)
    start, end = scores.start_probabilities[best[0]], scores.end_probabilities[best[1]]
    alt = (
        f"How likely each of {scores.example.row.filled} tokens is the start (bars up) and the end (bars down). "
        f"Highest: start {units.percent(start)} at token {best[0]}, end {units.percent(end)} at token {best[1]}."
    )
    return picture(draw_curves(scores), alt, width=760)


def _spans(scores: SpanScores) -> Html:
    rows = [words.span_cells(rank, scored) for rank, scored in enumerate(scores.spans, start=1)]
    cut = [[row[0], shortened(row[1], _SHOWN), *row[2:]] for row in rows]
    return blocks.section("Best spans", blocks.table(words.SPAN_COLUMNS, cut, numeric=range(3, 7)), opened=True)


def _lens(lens: Lens) -> Html:
    rows = [
        [
            stage.name,
            shortened(stage.best.text, _SHOWN),
            f"{stage.best.score:+.2f}",
            str(stage.answer_rank),
            units.percent(stage.start_probability),
            units.percent(stage.end_probability),
        ]
        for stage in lens.stages
    ]
    content = [
        tag("p", lens.sentence, style="margin:4px 0"),
        picture(draw_lens(lens), f"Start and end by layer and token. {lens.sentence}", width=760),
        blocks.note("In each line the start is above, the end below. Shares under 2 % are left out."),
        blocks.table(words.STAGE_COLUMNS, rows, numeric=range(2, 6)),
        blocks.note(words.LENS_LIMIT),
    ]
    return blocks.section("The answer layer by layer (QA lens)", content, opened=True)


def _windows(found: WindowScores, chosen: int) -> Html:
    rows = [
        [
            tag("strong", f"{index + 1} (shown)") if index == chosen else str(index + 1),
            f"{place.start}-{place.end}",
            "" if span is None else f"{span.score:+.2f}",
            "" if span is None else shortened(span.text, _SHOWN),
        ]
        for index, (place, span) in enumerate(zip(found.tokenization.places, found.best, strict=True))
    ]
    table = blocks.table(words.WINDOW_COLUMNS, rows[:_MOST_WINDOWS], numeric=[2])
    left_out = len(rows) - _MOST_WINDOWS
    return blocks.section("Windows", [table, blocks.note(f"{left_out} more left out.")] if left_out > 0 else table)
