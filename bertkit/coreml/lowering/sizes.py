"""Arithmetic on sizes: Python numbers, so that a graph whose shapes depend on other shapes can still be exported.

A size is a number or, under export, a `torch.SymInt`; a vector of sizes is a tuple.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from bertkit.errors import UnsupportedError

Size = int | float
Sizes = int | float | tuple[int | float, ...]
Operator = Callable[[Size, Size], Size]
Number = TypeVar("Number", int, float)


def _divide(x: Size, y: Size) -> Size:
    are_integers = all(isinstance(value, (int, torch.SymInt)) for value in (x, y))
    return x // y if are_integers else x / y


def _largest(x: Size, y: Size) -> Size:
    largest: Size = torch.sym_max(x, y)  # type: ignore[no-untyped-call]
    return largest


def _smallest(x: Size, y: Size) -> Size:
    smallest: Size = torch.sym_min(x, y)  # type: ignore[no-untyped-call]
    return smallest


OPERATORS: dict[str, Operator] = {
    "add": operator.add,
    "floor_div": operator.floordiv,
    "maximum": _largest,
    "minimum": _smallest,
    "mod": operator.mod,
    "mul": operator.mul,
    "real_div": _divide,
    "sub": operator.sub,
}


def broadcast(compute: Operator, x: Sizes, y: Sizes) -> Sizes:
    """Apply an operation to sizes, to vectors of equal length, or to one of each."""
    if not isinstance(x, tuple) and not isinstance(y, tuple):
        return compute(x, y)
    left, right = vector(x), vector(y)
    length = max(len(left), len(right))
    left, right = (value * length if len(value) == 1 else value for value in (left, right))
    return tuple(compute(*pair) for pair in zip(left, right, strict=True))


def vector(value: Sizes) -> tuple[Size, ...]:
    """Return a vector as it is, a size as a vector of one."""
    return value if isinstance(value, tuple) else (value,)


def single(value: Number | Sequence[Number]) -> Number:
    """Return a number that networks write as a vector of one."""
    return value[0] if isinstance(value, Sequence) else value


def whole(value: Sizes) -> Sizes:
    """Turn whole floats into integers."""
    if isinstance(value, tuple):
        return tuple(int(size) if isinstance(size, float) and size.is_integer() else size for size in value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def no_matrix() -> UnsupportedError:
    """Return the error for sizes in more than one axis."""
    return UnsupportedError("A matrix of sizes is not supported. Convert the model with fixed shapes.")
