"""The loss by epoch as a drawing."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.widgets import svg

_WIDTH, _HEIGHT, _LEFT, _PAD = 520, 140, 44, 14
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#888}line{stroke:#888;stroke-opacity:.5}"
    "polyline{fill:none;stroke:#3f78b5;stroke-width:2}"
)


def draw_losses(losses: Sequence[float]) -> str:
    """Return a curve with its highest and last value in numbers."""
    high = max(losses) or 1.0
    step = (_WIDTH - _LEFT - _PAD) / max(1, len(losses) - 1)
    base = _HEIGHT - 2 * _PAD
    heights = [base - (base - _PAD) * loss / high for loss in losses]
    points = " ".join(f"{_LEFT + at * step:.1f},{y:.1f}" for at, y in enumerate(heights))
    return svg.drawing(
        _WIDTH,
        _HEIGHT,
        [
            svg.element("line", x1=_LEFT, y1=base, x2=_WIDTH - _PAD, y2=base),
            svg.element("polyline", points=points),
            svg.text(f"{high:.2f}", 4, _PAD + 4),
            svg.text("0", 4, base),
            svg.text("epoch 1", _LEFT, _HEIGHT - 8),
            svg.text(f"{len(losses)}: {losses[-1]:.3f}", _WIDTH - 78, _HEIGHT - 8),
        ],
        _STYLE,
    )
