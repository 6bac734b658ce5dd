"""Errors as a picture: a bar for each module on a logarithmic scale."""

from __future__ import annotations

from bertkit.insight.parity import Parity
from bertkit.widgets import svg
from bertkit.widgets.parity.values import level

_WIDTH, _HEIGHT = 820.0, 170.0
_LEFT, _TOP = 46.0, 8.0
_POWERS = (-7, -5, -3, -1, 1)
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#57606a}.card{fill:#fff}.bar{fill:#7a9cc6}"
    ".above,.first{fill:#c2410c}.above{opacity:.5}"
    ".line{stroke:#8c959f;stroke-opacity:.4}.limit{stroke:#1f2328;stroke-dasharray:5 3;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#a5b0bb}.card{fill:#161b22}.above,.first{fill:#ffa657}"
    ".limit{stroke:#e6edf3}}"
)


def draw_errors(parity: Parity) -> str:
    """Return a bar for each module in the order of computation; those above the tolerance cross the dashed line."""
    count = max(1, len(parity.modules))
    step = (_WIDTH - _LEFT - 8) / count
    parts = [svg.element("rect", class_="card", width=_WIDTH, height=_HEIGHT + 24, rx=6.0)]
    for power in _POWERS:
        y = _height(level(10.0**power))
        parts.append(svg.element("line", class_="line", x1=_LEFT, x2=_WIDTH - 8, y1=y, y2=y))
        parts.append(svg.text(f"1e{power}", _LEFT - 6, y + 4, text_anchor="end"))
    for place, module in enumerate(parity.modules):
        y = _height(level(module.max_error))
        look = "first" if module is parity.first_above else "above" if module.above else "bar"
        parts.append(
            svg.element(
                "rect", class_=look, x=_LEFT + place * step, y=y,
                width=max(1.0, step - 1), height=_HEIGHT - y + 1,
            )
        )  # fmt: skip
    limit = _height(level(parity.tolerance))
    parts.append(svg.element("line", class_="limit", x1=_LEFT, x2=_WIDTH - 8, y1=limit, y2=limit))
    parts.append(svg.text(f"largest error by module; dashed: tolerance {parity.tolerance:g}", _LEFT, _HEIGHT + 17))
    return svg.drawing(_WIDTH, _HEIGHT + 24, parts, _STYLE)


def _height(share: float) -> float:
    return _TOP + (1 - share) * (_HEIGHT - _TOP)
