"""The grid of heads as one picture."""

from __future__ import annotations

import base64

import numpy as np

from bertkit.insight.attention import AttentionMaps
from bertkit.widgets import png, svg
from bertkit.widgets.attention_view.values import sixteenths

_BLUE = (47, 129, 247)
_GAP = 4
_LABELS = 26.0
_MOST_PIXELS = 1_000_000
_STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#57606a}.card{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#a5b0bb}.card{fill:#161b22}}"
)


def draw_grid(maps: AttentionMaps) -> str:
    """Return the heads as an SVG drawing: a row for each layer, a column for each head, darker where more is read."""
    small = sixteenths(maps.thumbnails)
    if small.size > _MOST_PIXELS:
        small = small[:, :, ::2, ::2].copy()
    framed = np.pad(small, ((0, 0), (0, 0), (0, _GAP), (0, _GAP)))
    layers, heads, rows, columns = framed.shape
    sheet = framed.transpose(0, 2, 1, 3).reshape(layers * rows, heads * columns)
    source = "data:image/png;base64," + base64.b64encode(png.shades(sheet, _BLUE)).decode("ascii")
    width, height = float(sheet.shape[1]) + _LABELS, float(sheet.shape[0]) + _LABELS
    frames = [
        svg.element(
            "rect", x=_LABELS + head * columns, y=_LABELS + layer * rows, width=float(columns - _GAP),
            height=float(rows - _GAP), fill="none", stroke="#8c959f", stroke_opacity="0.35",
        )
        for layer in range(layers) for head in range(heads)
    ]  # fmt: skip
    names = [
        svg.text(str(head + 1), _LABELS + (head + 0.5) * columns - _GAP / 2, 17, text_anchor="middle")
        for head in range(heads)
    ]
    names += [
        svg.text(str(layer + 1), 13, _LABELS + (layer + 0.5) * rows + 2, text_anchor="middle")
        for layer in range(layers)
    ]
    image = svg.element(
        "image", href=source, x=_LABELS, y=_LABELS, width=float(sheet.shape[1]), height=float(sheet.shape[0]),
        style="image-rendering:pixelated",
    )  # fmt: skip
    card = svg.element("rect", class_="card", width=width, height=height, rx=6.0)
    return svg.drawing(width, height, [card, image, *frames, *names], _STYLE)
