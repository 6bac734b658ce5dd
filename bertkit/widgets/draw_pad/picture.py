"""A drawing as SVG text, for static forms."""

from __future__ import annotations

from bertkit.drawing import Drawing, name_of
from bertkit.widgets import svg, texts
from bertkit.widgets.draw_pad.values import SIDE, stroke_values
from bertkit.widgets.html import Html, picture

_INK = "#7a8594"  # readable on light and dark pages alike
_WIDTH = 18


def drawing_picture(drawing: Drawing, shows: str, width: int) -> Html:
    """Return a drawing as an image; `shows` is what it is of, in words or as an emoji."""
    style = {"fill": "none", "stroke": _INK, "stroke_linecap": "round", "stroke_linejoin": "round"}
    lines = [
        svg.element("polyline", points=_points(x, y), stroke_width=_WIDTH, **style)
        for x, y, *_ in stroke_values(drawing)
    ]
    return picture(svg.drawing(SIDE, SIDE, lines), f"Drawing: {texts.one_line(name_of(shows))}", width)


def _points(x: list[int], y: list[int]) -> str:
    places = [f"{across},{down}" for across, down in zip(x, y, strict=True)]
    return " ".join(places * 2 if len(places) == 1 else places)
