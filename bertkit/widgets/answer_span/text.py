"""An answer's view as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.text import shortened, sparkline
from bertkit.widgets import texts
from bertkit.widgets.answer_span import words
from bertkit.widgets.answer_span.findings import Findings

_SHOWN = 48


def text_answer(findings: Findings, title: str, facts: Sequence[str], window: int, longest: int) -> str:
    """Return curves, best spans, and what else was computed already."""
    scores = findings.scores(window, longest)
    filled = scores.example.row.filled
    rows = [words.span_cells(rank, scored) for rank, scored in enumerate(scores.spans, start=1)]
    table = [list(words.SPAN_COLUMNS), *([row[0], shortened(row[1], _SHOWN), *row[2:]] for row in rows)]
    lines = [
        title,
        f"{', '.join(facts)}; window {window + 1} of {len(findings.example.tokenization.windows)}",
        words.verdict(scores),
        "",
        f"start |{sparkline(scores.start_probabilities[:filled])}|",
        f"end   |{sparkline(scores.end_probabilities[:filled])}|",
        "",
        *texts.columns(table, right=range(3, 7)),
    ]
    if findings.known("lens", window, longest):
        lens = findings.lens(window, longest)
        stages = [
            [stage.name, shortened(stage.best.text, _SHOWN), f"{stage.best.score:+.2f}", str(stage.answer_rank)]
            for stage in lens.stages
        ]
        columns = texts.columns([list(words.STAGE_COLUMNS[:4]), *stages], right=[2, 3])
        lines += ["", texts.one_line(lens.sentence), *columns, words.LENS_LIMIT]
    if findings.known("windows", longest):
        best = findings.windows(longest).best
        scored = [
            ["none", ""] if span is None else [f"{span.score:+.2f}", shortened(span.text, _SHOWN)] for span in best
        ]
        rows = [[str(number), *cells] for number, cells in enumerate(scored, start=1)]
        lines += ["", *texts.columns([["window", "score", "best span"], *rows], right=[0, 1])]
    return "\n".join(lines)
