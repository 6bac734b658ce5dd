"""Drawings for static forms: start and end curves with the best spans below, and the answer layer by layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores
from bertkit.widgets import svg

_WIDTH, _LEFT, _RIGHT, _TOP = 760.0, 92.0, 12.0, 14.0
_HALF, _LANE, _STAGE = 56.0, 15.0, 18.0
_LEAST_BAR, _LEAST_CELL = 2.0, 3.0
_SEEN = 0.02
_LANES = 6
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#57606a}.axis{stroke:#8c959f}.start{fill:#3f78b5}.end{fill:#c05a00}"
    ".span{fill:#8c959f;opacity:.75}.first{fill:#b26a00;opacity:1}.answer{fill:none;stroke:#b26a00;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#a5b0bb}.start{fill:#79b2ea}.end{fill:#ffa657}"
    ".first{fill:#ffc069}.answer{stroke:#ffc069}}"
)


def draw_curves(scores: SpanScores) -> str:
    """Draw the share of every token as the start (up) and as the end (down), and the best spans in lanes."""
    filled = scores.example.row.filled
    step = (_WIDTH - _LEFT - _RIGHT) / filled
    axis = _TOP + _HALF
    shares = zip(scores.start_probabilities[:filled], scores.end_probabilities[:filled], strict=True)
    parts = [svg.text("start 100 %", 4, _TOP + 4), svg.text("0", _LEFT - 12, axis + 4)]
    parts.append(svg.text("end 100 %", 4, axis + _HALF + 4))
    for token, (start, end) in enumerate(shares):
        x, width = _LEFT + token * step, max(step, _LEAST_BAR)
        for name, share, y in (("start", start, axis - start * _HALF), ("end", end, axis)):
            if share * _HALF >= 0.5:
                parts.append(svg.element("rect", class_=name, x=x, y=y, width=width, height=float(share) * _HALF))
    parts.append(svg.element("line", class_="axis", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=axis, y2=axis))
    below = axis + _HALF + 12
    lanes = 1 + max((span.lane for span in scores.spans if span.lane < _LANES), default=0)
    parts.append(svg.text("best spans", 4, below + 10))
    parts.extend(_lanes(scores, step, below))
    bottom = below + lanes * _LANE + 4
    parts.extend(_ticks(filled, step, bottom))
    return svg.drawing(_WIDTH, bottom + 18, parts, _STYLE)


def _lanes(scores: SpanScores, step: float, top: float) -> Iterator[str]:
    for rank, scored in enumerate(scores.spans, start=1):
        if scored.lane >= _LANES:
            continue
        x, y = _LEFT + scored.span.first * step, top + scored.lane * _LANE
        width = max((scored.span.last - scored.span.first + 1) * step, _LEAST_BAR)
        kind = "span first" if rank == 1 else "span"
        yield svg.element("rect", class_=kind, x=x, y=y, width=width, height=_LANE - 4, rx=2.0)


def _ticks(filled: int, step: float, y: float) -> Iterator[str]:
    every = max(1, round(filled / 8 / 10) * 10)
    for token in range(0, filled, every):
        x = _LEFT + (token + 0.5) * step
        yield svg.element("line", class_="axis", x1=x, x2=x, y1=y, y2=y + 4)
        yield svg.text(f"token {token}" if token == 0 else str(token), x, y + 15, text_anchor="middle")


def draw_lens(lens: Lens) -> str:
    """Draw, for each layer, which tokens it takes for the start or the end; shares under 2 % are left out."""
    filled, stages = lens.example.row.filled, len(lens.stages)
    step = (_WIDTH - _LEFT - _RIGHT) / filled
    parts = []
    for row, stage in enumerate(lens.stages):
        y = _TOP + row * _STAGE
        parts.append(svg.text(stage.name.replace("encoder ", ""), 4, y + 13))
        parts.extend(_cells("start", lens.start_probabilities[row, :filled], step, y + 1))
        parts.extend(_cells("end", lens.end_probabilities[row, :filled], step, y + _STAGE / 2))
    bottom, top = _TOP + stages * _STAGE, _TOP + lens.appears_at * _STAGE
    x, width = _LEFT + lens.answer.first * step, (lens.answer.last - lens.answer.first + 1) * step
    frame = svg.element("rect", class_="answer", x=x - 3, y=top - 1, width=width + 6, height=bottom - top + 2, rx=3.0)
    return svg.drawing(_WIDTH, bottom + 22, [*parts, frame, *_ticks(filled, step, bottom + 2)], _STYLE)


def _cells(kind: str, shares: NDArray[np.float32], step: float, y: float) -> Iterator[str]:
    for token in np.flatnonzero(shares >= _SEEN):
        x, width, opacity = _LEFT + int(token) * step, max(step, _LEAST_CELL), 0.25 + 0.75 * float(shares[token])
        yield svg.element("rect", class_=kind, x=x, y=y, width=width, height=_STAGE / 2 - 1, opacity=opacity)
