"""Drawings as vectors: strokes of points, as they were drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bertkit.errors import InputError

MOST_POINTS = 4000
"""Of one drawing: about a minute of unbroken drawing, and some 40 kB as text."""


@dataclass(frozen=True)
class Stroke:
    """One line without lifting the pen.

    Attributes:
        x: of each point, in any unit.
        y: of each point, downward.
        pressure: of the pen at each point, from 0 to 1; None if it was not measured.

    Raises:
        InputError: no point, lists of different lengths, or a number that is not finite.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    pressure: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        lengths = [len(self.x), len(self.y)] + ([] if self.pressure is None else [len(self.pressure)])
        if not self.x or len(set(lengths)) > 1:
            raise InputError(
                f"A stroke must have as many x as y (and pressures), at least one; got {lengths}. Leave out empty ones."
            )
        numbers = (*self.x, *self.y, *(() if self.pressure is None else self.pressure))
        wrong = [n for n in numbers if isinstance(n, bool) or not isinstance(n, (int, float)) or not math.isfinite(n)]
        if wrong:
            raise InputError(f"The points of a stroke must be finite numbers; got {wrong[0]!r}.")
        if self.pressure is not None and not all(0 <= value <= 1 for value in self.pressure):
            raise InputError("The pressure of a pen must be from 0 to 1.")


@dataclass(frozen=True)
class Drawing:
    """Strokes in the order drawn.

    Attributes:
        strokes: at least one.

    Raises:
        InputError: there are no strokes, or more than `MOST_POINTS` points.

    Example:
        >>> Drawing((Stroke((0, 10), (0, 10)), Stroke((0, 10), (10, 0)))).point_count
        4
    """

    strokes: tuple[Stroke, ...]

    def __post_init__(self) -> None:
        if not self.strokes:
            raise InputError("A drawing must have at least one stroke, got none. Draw something first.")
        if self.point_count > MOST_POINTS:
            raise InputError(f"A drawing may have {MOST_POINTS} points, got {self.point_count}. Draw less, or thin it.")

    @classmethod
    def of(cls, strokes: Sequence[Sequence[Sequence[float]]]) -> Drawing:
        """Make a drawing from lists.

        Args:
            strokes: for each `[x, y]` or `[x, y, time]`, lists of numbers of one length: the simplified and the raw
                form of Quick, Draw!; times are left out.

        Raises:
            InputError: they do not make a drawing.
        """
        made = []
        for index, stroke in enumerate(strokes):
            if len(stroke) not in (2, 3):
                raise InputError(f"Stroke {index} must be [x, y] or [x, y, time], got {len(stroke)} lists.")
            made.append(Stroke(tuple(stroke[0]), tuple(stroke[1])))
        return cls(tuple(made))

    @classmethod
    def from_json(cls, value: Any) -> Drawing:
        """Take back what `to_json` returned.

        Raises:
            InputError: it is something else.
        """
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise InputError(f"A drawing must be a list of strokes, got {type(value).__name__}.")
        return cls(tuple(_stroke(index, each) for index, each in enumerate(value)))

    def to_json(self) -> list[dict[str, list[float]]]:
        """Return the strokes as plain values: for each `x`, `y` and, if it was measured, `pressure`."""
        return [
            {"x": list(each.x), "y": list(each.y)}
            | ({} if each.pressure is None else {"pressure": list(each.pressure)})
            for each in self.strokes
        ]

    @property
    def point_count(self) -> int:
        """Of all strokes."""
        return sum(len(stroke.x) for stroke in self.strokes)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of all points."""
        across = [x for stroke in self.strokes for x in stroke.x]
        down = [y for stroke in self.strokes for y in stroke.y]
        return min(across), min(down), max(across), max(down)


def _stroke(index: int, value: Any) -> Stroke:
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), (list, tuple)) for name in ("x", "y")):
        raise InputError(f'Stroke {index} must be an object with the lists "x" and "y", got {type(value).__name__}.')
    pressure = value.get("pressure")
    if pressure is not None and not isinstance(pressure, (list, tuple)):
        raise InputError(f"The pressures of stroke {index} must be a list, got {type(pressure).__name__}.")
    return Stroke(tuple(value["x"]), tuple(value["y"]), None if pressure is None else tuple(pressure))
