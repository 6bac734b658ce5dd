"""Which shapes a multi-array may have: one, one of several, or a range along every axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bertkit.errors import ModelError


@dataclass(frozen=True)
class FixedShape:
    """Exactly one shape."""

    sizes: tuple[int, ...]

    @property
    def default(self) -> tuple[int, ...]:
        """The shape of an array that nobody gave."""
        return self.sizes

    def allows(self, shape: tuple[int, ...]) -> bool:
        """Say whether an array of this shape may be passed."""
        return shape == self.sizes

    @property
    def flexible_axes(self) -> tuple[bool, ...]:
        """For every axis, whether its size may vary."""
        return (False,) * len(self.sizes)

    @property
    def varies_from_one(self) -> bool:
        """Whether an axis that varies may have the size 1."""
        return False

    @property
    def typical(self) -> tuple[int, ...]:
        """An allowed shape; sizes of 0 and 1 are avoided where they vary, because compilers take them for special."""
        return self.sizes

    def __str__(self) -> str:
        return _text(self.sizes)


@dataclass(frozen=True)
class EnumeratedShapes:
    """One of several shapes, the default first."""

    shapes: tuple[tuple[int, ...], ...]

    @property
    def default(self) -> tuple[int, ...] | None:
        """The shape of an array that nobody gave: the first; None of a malformed list of none."""
        return self.shapes[0] if self.shapes else None

    def allows(self, shape: tuple[int, ...]) -> bool:
        """Say whether an array of this shape may be passed."""
        return shape in self.shapes

    @property
    def flexible_axes(self) -> tuple[bool, ...]:
        """For every axis, whether its size may vary; the shapes must have equal numbers of axes."""
        return tuple(len(set(sizes)) > 1 for sizes in zip(*self.shapes, strict=True))

    @property
    def varies_from_one(self) -> bool:
        """Whether an axis that varies may have the size 1."""
        return any(len(set(sizes)) > 1 and min(sizes) <= 1 for sizes in zip(*self.shapes, strict=True))

    @property
    def typical(self) -> tuple[int, ...]:
        """An allowed shape; sizes of 0 and 1 are avoided where they vary, because compilers take them for special."""
        return max(self.shapes, key=lambda sizes: (min(sizes), sizes))

    def __str__(self) -> str:
        return " or ".join(_text(shape) for shape in self.shapes)


@dataclass(frozen=True)
class ShapeRange:
    """Any shape whose sizes lie between bounds, both included; an upper bound of None is no bound.

    Attributes:
        bounds: one pair an axis.
        declared: the default that the file declares; empty where it declares none, and the lower bounds are it.
    """

    bounds: tuple[tuple[int, int | None], ...]
    declared: tuple[int, ...] = field(default=(), compare=False)

    @property
    def default(self) -> tuple[int, ...]:
        """The shape of an array that nobody gave: the declared one, or the smallest."""
        return self.declared if self.allows(self.declared) else tuple(lower for lower, _ in self.bounds)

    def allows(self, shape: tuple[int, ...]) -> bool:
        """Say whether an array of this shape may be passed."""
        return len(shape) == len(self.bounds) and all(
            lower <= size and (upper is None or size <= upper)
            for size, (lower, upper) in zip(shape, self.bounds, strict=True)
        )

    @property
    def flexible_axes(self) -> tuple[bool, ...]:
        """For every axis, whether its size may vary."""
        return tuple(lower != upper for lower, upper in self.bounds)

    @property
    def varies_from_one(self) -> bool:
        """Whether an axis that varies may have the size 1."""
        return any(lower != upper and lower <= 1 for lower, upper in self.bounds)

    @property
    def typical(self) -> tuple[int, ...]:
        """An allowed shape; sizes of 0 and 1 are avoided where they vary, because compilers take them for special."""
        return tuple(lower if lower == upper else max(2, lower) for lower, upper in self.bounds)

    def __str__(self) -> str:
        return _text([_bound(lower, upper) for lower, upper in self.bounds])


@dataclass(frozen=True)
class AnyShape:
    """The specification leaves the shape open, as it does for most outputs of an ML Program."""

    @property
    def default(self) -> None:
        """There is none."""
        return None

    def allows(self, shape: tuple[int, ...]) -> bool:
        """Say whether an array of this shape may be passed: always."""
        return True

    def __str__(self) -> str:
        return "any"


Shape = FixedShape | EnumeratedShapes | ShapeRange | AnyShape


def from_specification(array: Any) -> Shape:
    """Read the shape constraint of a `FeatureTypes_pb2.ArrayFeatureType`.

    Raises:
        ModelError: it says that there are several shapes, and lists none.
    """
    flexibility = array.WhichOneof("ShapeFlexibility")
    default = tuple(array.shape)
    if flexibility == "enumeratedShapes":
        listed = [tuple(shape.shape) for shape in array.enumeratedShapes.shapes]
        if not listed:
            raise ModelError("A multi-array has enumerated shapes, but none is listed. The model is damaged.")
        first = [default] if default in listed else []
        return EnumeratedShapes(tuple(dict.fromkeys([*first, *listed])))
    if flexibility == "shapeRange":
        return ShapeRange(tuple(size_range(size) for size in array.shapeRange.sizeRanges), default)
    return FixedShape(default) if default else AnyShape()


def size_range(size: Any) -> tuple[int, int | None]:
    """Read a `FeatureTypes_pb2.SizeRange`: its lower bound, and its upper one, of which -1 means there is none."""
    return int(size.lowerBound), None if size.upperBound < 0 else int(size.upperBound)


def _bound(lower: int, upper: int | None) -> str:
    if upper is None:
        return f"{lower}.."
    return str(lower) if lower == upper else f"{lower}..{upper}"


def _text(sizes: Sequence[object]) -> str:
    return f"[{', '.join(str(size) for size in sizes)}]"
