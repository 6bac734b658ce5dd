"""The drawings of a workbench's static form: lens, score curves, histogram, norms."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.widgets import svg

_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#1f2328}.quiet{fill:#57606a}.card{fill:#fff}.bar{fill:#3f78b5}"
    ".second{fill:#d55e00}.line{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#a5b0bb}"
    ".card{fill:#161b22}.bar{fill:#6ea8e5}.line{stroke:#444c56}}"
)
_WIDTH, _MARGIN = 620.0, 10.0
_ROW, _NAME, _TRACK = 20.0, 120.0, 240.0


def bars(heights: Sequence[float], low: str, high: str, height: float = 80.0) -> str:
    """Return columns side by side, with what stands at the ends of the axis."""
    top = max([*heights, 1e-12])
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(heights))
    drawn = [
        svg.element(
            "rect",
            class_="bar",
            x=_MARGIN + at * step,
            y=_MARGIN + height * (1 - value / top),
            width=max(step - (0.8 if step > 3 else 0), 0.5),
            height=height * value / top,
        )
        for at, value in enumerate(heights)
        if value > 0
    ]
    base = _MARGIN + height
    axis = svg.element("line", class_="line", x1=_MARGIN, x2=_WIDTH - _MARGIN, y1=base, y2=base)
    ends = [
        svg.text(low, _MARGIN, base + 14, class_="quiet"),
        svg.text(high, _WIDTH - _MARGIN, base + 14, class_="quiet", text_anchor="end"),
    ]
    return _card(base + 22, [*drawn, axis, *ends])


def stages(rows: Sequence[tuple[str, float, str]]) -> str:
    """Return a bar for each hidden state.

    Args:
        rows: its name, a share from 0 to 1, and words to stand after the bar.
    """
    drawn = []
    for at, (name, share, words) in enumerate(rows):
        y = _MARGIN + at * _ROW
        drawn += [
            svg.text(name, _MARGIN, y + 14),
            svg.element("rect", class_="line", x=_NAME, y=y + 4, width=_TRACK, height=12.0, fill="none", rx=3.0),
            svg.element("rect", class_="bar", x=_NAME, y=y + 4, width=max(_TRACK * share, 0.5), height=12.0, rx=3.0),
            svg.text(words, _NAME + _TRACK + 10, y + 14, class_="quiet"),
        ]
    return _card(2 * _MARGIN + len(rows) * _ROW, drawn)


def _card(height: float, content: Sequence[str]) -> str:
    card = svg.element("rect", class_="card", width=_WIDTH, height=height, rx=6.0)
    return svg.drawing(_WIDTH, height, [card, *content], _STYLE)
