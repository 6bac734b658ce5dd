"""The icicle of a measurement as one picture."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.cost import Timing
from bertkit.widgets import svg
from bertkit.widgets.cost_map.tree import Node, bars
from bertkit.widgets.cost_map.values import milliseconds
from bertkit.widgets.families import COLORS, family

_WIDTH, _HEIGHT = 820.0, 420.0
_SMALLEST = 1.0
_READABLE = 13.0
_CHARACTER = 6.4
_DEEPEST = 5
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#1f2328}.card{fill:#fff}.bar{fill:#3f78b5;stroke:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.card{fill:#161b22}.bar{fill:#6ea8e5;stroke:#161b22}}"
)


def draw_costs(nodes: Sequence[Node], times: Sequence[Timing | None]) -> str:
    """Return modules as columns of bars, as long as the time they take; the stronger the tint the larger the share."""
    placed = bars(nodes, times)
    depth = min(_DEEPEST, max(bar.depth for bar in placed) + 1)
    width = _WIDTH / depth
    parts = [svg.element("rect", class_="card", width=_WIDTH, height=_HEIGHT, rx=6.0)]
    for node, time, bar in zip(nodes, times, placed, strict=True):
        height = bar.length * _HEIGHT
        if time is None or height < _SMALLEST or bar.depth >= depth:
            continue
        x, y = bar.depth * width, bar.start * _HEIGHT
        opacity = f"{0.08 + 0.5 * bar.length:.3f}"
        parts.append(svg.element("rect", class_="bar", x=x, y=y, width=width, height=height, fill_opacity=opacity))
        if node.is_layer:
            parts.append(svg.element("rect", x=x, y=y, width=4.0, height=height, fill=COLORS[family(node.kind)]))
        if height >= _READABLE:
            label = f"{node.name or node.kind or 'model'}  {milliseconds(time.median_ms)}"
            parts.append(svg.text(label[: int((width - 12) / _CHARACTER)], x + 8, y + min(height / 2 + 4, 15)))
    return svg.drawing(_WIDTH, _HEIGHT, parts, _STYLE)
