"""A drawn graph: one layout that the live view and the static picture share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bertkit.widgets import svg
from bertkit.widgets.families import COLORS
from bertkit.widgets.layout import Node, lay_out
from bertkit.widgets.panel import Json

_HEIGHT = 36.0
_PORT_HEIGHT = 24.0
_NARROWEST, _WIDEST = 92.0, 204.0
_CHARACTER = 6.6
_SIDES = 26.0
_LONGEST_TITLE, _LONGEST_DETAIL = 22, 30
_MARGIN = 8.0
_STYLE = (
    "text{font-family:system-ui,sans-serif;fill:#1f2328}.detail{fill:#57606a}.card{fill:#fff}.frame{fill:#fff;"
    "stroke:#d0d7de}.edge{fill:none;stroke:#57606a;stroke-width:1.3;opacity:.65}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.detail{fill:#a5b0bb}.card,.frame{fill:#161b22}"
    ".frame{stroke:#444c56}.edge{stroke:#a5b0bb}}"
)


@dataclass(frozen=True)
class Shape:
    """A box before it is placed.

    Attributes:
        id: unique in the drawing.
        name: in full, for those who hover or listen.
        title: what is written in the box; shortened where it is too long.
        detail: a second line; empty for a low box.
        family: one of `families.COLORS`.
    """

    id: str
    name: str
    title: str
    detail: str
    family: str


@dataclass(frozen=True)
class Placed:
    """A box in its place; numbers are pixels."""

    shape: Shape
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Flow:
    """A drawn graph.

    Attributes:
        width: in pixels.
        height: in pixels.
        boxes: in the order given.
        lines: source, target and the points between.
    """

    width: float
    height: float
    boxes: tuple[Placed, ...]
    lines: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...]

    def to_json(self) -> Json:
        """Return it as the live view draws it, js/src/base/graph.ts."""
        return {
            "width": self.width,
            "height": self.height,
            "boxes": [
                vars(box.shape) | {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
                for box in self.boxes
            ],
            "edges": [{"source": source, "target": target, "points": points} for source, target, points in self.lines],
        }

    def to_svg(self) -> str:
        """Return it as a picture on a card of its own, so that it can be read on any background."""
        width, height = self.width + 2 * _MARGIN, self.height + 2 * _MARGIN
        card = svg.element("rect", class_="card", width=width, height=height, rx=6.0)
        lines = [svg.element("path", class_="edge", d=curve(points)) for _, _, points in self.lines]
        inside = svg.element("g", [*lines, *map(_box, self.boxes)], transform=f"translate({_MARGIN} {_MARGIN})")
        return svg.drawing(width, height, [card, inside], _STYLE)


def draw(shapes: Sequence[Shape], edges: Iterable[tuple[str, str]]) -> Flow:
    """Place boxes and lines.

    Args:
        shapes: in the order of the file.
        edges: ids of source and target.
    """
    layout = lay_out([Node(shape.id, _width(shape), _height(shape)) for shape in shapes], edges)
    boxes = tuple(
        Placed(_shortened(shape), box.x, box.y, box.width, box.height)
        for shape, box in zip(shapes, layout.boxes, strict=True)
    )
    lines = tuple((line.source, line.target, line.points) for line in layout.lines)
    return Flow(layout.width, layout.height, boxes, lines)


def curve(points: Sequence[tuple[float, float]]) -> str:
    """Return an SVG path that leaves and arrives vertically at every point."""
    x, y = points[0]
    path = [f"M{x:g} {y:g}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (y + to_y) / 2
        path.append(f"C{x:g} {half:g} {to_x:g} {half:g} {to_x:g} {to_y:g}")
    return "".join(path)


def _shortened(shape: Shape) -> Shape:
    title, detail = _cut(shape.title, _LONGEST_TITLE), _cut(shape.detail, _LONGEST_DETAIL)
    return Shape(shape.id, shape.name, title, detail, shape.family)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _width(shape: Shape) -> float:
    longest = max(min(len(shape.title), _LONGEST_TITLE) * 1.1, min(len(shape.detail), _LONGEST_DETAIL) * 0.88)
    return round(min(max(longest * _CHARACTER + _SIDES, _NARROWEST), _WIDEST))


def _height(shape: Shape) -> float:
    return _HEIGHT if shape.detail else _PORT_HEIGHT


def _box(box: Placed) -> str:
    shape = box.shape
    middle = box.height / 2 + 4
    parts = [
        svg.element("rect", class_="frame", width=box.width, height=box.height, rx=5.0),
        svg.element("rect", width=5.0, height=box.height, rx=2.0, fill=COLORS[shape.family]),
        svg.text(shape.title, 13, 15 if shape.detail else middle, font_size=12.0, font_weight="600"),
    ]
    if shape.detail:
        parts.append(svg.text(shape.detail, 13, 29, class_="detail", font_size=10.5))
    return svg.element("g", parts, transform=f"translate({box.x:g} {box.y:g})")
