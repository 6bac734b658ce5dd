"""Arithmetic, comparisons and logic, element by element and broadcasting. Truth is 1.0, falsehood 0.0."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import layer

_DEFAULT_EPSILON = 1e-6

UNARY: dict[str, Callable[[Tensor], Tensor]] = {
    "acos": torch.acos,
    "acosh": torch.acosh,
    "asin": torch.asin,
    "asinh": torch.asinh,
    "atan": torch.atan,
    "atanh": torch.atanh,
    "ceil": torch.ceil,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "erf": torch.erf,
    "exp2": torch.exp2,
    "floor": torch.floor,
    "round": torch.round,
    "sign": torch.sign,
    "sin": torch.sin,
    "sinh": torch.sinh,
    "tan": torch.tan,
    "tanh": torch.tanh,
}

BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "addBroadcastable": torch.add,
    "divideBroadcastable": torch.div,
    "floorDivBroadcastable": torch.floor_divide,
    "maxBroadcastable": torch.maximum,
    "minBroadcastable": torch.minimum,
    "modBroadcastable": torch.remainder,
    "multiplyBroadcastable": torch.mul,
    "powBroadcastable": torch.pow,
    "subtractBroadcastable": torch.sub,
}

COMPARISONS: dict[str, Callable[[Tensor, Tensor | float], Tensor]] = {
    "equal": torch.eq,
    "greaterEqual": torch.ge,
    "greaterThan": torch.gt,
    "lessEqual": torch.le,
    "lessThan": torch.lt,
    "notEqual": torch.ne,
}

LOGICAL: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
}


def _register_unary(name: str, compute: Callable[[Tensor], Tensor]) -> None:
    def unary(x: Tensor) -> Tensor:
        return compute(x)

    unary.__name__ = name
    layer(name)(unary)


def _register_binary(name: str, compute: Callable[[Tensor, Tensor], Tensor]) -> None:
    def binary(x: Tensor, y: Tensor) -> Tensor:
        return compute(x, y).to(x.dtype)

    binary.__name__ = name
    layer(name)(binary)


def _register_comparison(name: str, compute: Callable[[Tensor, Tensor | float], Tensor]) -> None:
    def comparison(x: Tensor, y: Tensor | None = None, *, alpha: float = 0.0) -> Tensor:
        return compute(x, alpha if y is None else y).to(x.dtype)

    comparison.__name__ = name
    layer(name)(comparison)


for _name, _unary in UNARY.items():
    _register_unary(_name, _unary)
for _name, _binary in (BINARY | LOGICAL).items():
    _register_binary(_name, _binary)
for _name, _comparison in COMPARISONS.items():
    _register_comparison(_name, _comparison)


@layer("logicalNot")
def logical_not(x: Tensor) -> Tensor:
    """Return 1 where x is 0, 0 elsewhere."""
    return (x == 0).to(x.dtype)


@layer("add")
def add(values: list[Tensor], *, alpha: float = 0.0) -> Tensor:
    """Return the sum of the inputs, of the only one and alpha."""
    return reduce(torch.add, values) if len(values) > 1 else values[0] + alpha


@layer("multiply")
def multiply(values: list[Tensor], *, alpha: float = 0.0) -> Tensor:
    """Return the product of the inputs, of the only one and alpha."""
    return reduce(torch.mul, values) if len(values) > 1 else values[0] * alpha


@layer("average")
def average(values: list[Tensor]) -> Tensor:
    """Return the mean of the inputs."""
    return reduce(torch.add, values) / len(values)


@layer("max")
def maximum(values: list[Tensor]) -> Tensor:
    """Return the largest of the inputs."""
    return reduce(torch.maximum, values)


@layer("min")
def minimum(values: list[Tensor]) -> Tensor:
    """Return the smallest of the inputs."""
    return reduce(torch.minimum, values)


@layer("clip")
def clip(x: Tensor, *, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return x limited to min_val..max_val."""
    return torch.clamp(x, min_val, max_val)


@layer("whereBroadcastable")
def where(condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return a where the condition is not 0, b elsewhere."""
    return torch.where(condition != 0, a, b)


@layer("copy", keeps_integers=True)
def copy(x: Tensor) -> Tensor:
    """Return x."""
    return x


@layer("unary")
def unary(
    x: Tensor,
    *,
    type: str = "SQRT",  # noqa: A002 - the field's name
    alpha: float = 0.0,
    epsilon: float = 0.0,
    shift: float = 0.0,
    scale: float = 0.0,
) -> Tensor:
    """Apply a function to scale * x + shift; a scale of 0 stands for 1, an epsilon of 0 for 1e-6 (in a LOG for 0)."""
    x = (x if scale == 0 else x * scale) + shift
    return _UNARY_FUNCTIONS[type](x, alpha, _DEFAULT_EPSILON if epsilon == 0 and type != "LOG" else epsilon)


_UNARY_FUNCTIONS: dict[str, Callable[[Tensor, float, float], Tensor]] = {
    "SQRT": lambda x, alpha, epsilon: torch.sqrt(x),
    "RSQRT": lambda x, alpha, epsilon: torch.rsqrt(x + epsilon),
    "INVERSE": lambda x, alpha, epsilon: torch.reciprocal(x + epsilon),
    "POWER": lambda x, alpha, epsilon: torch.pow(x, alpha),
    "EXP": lambda x, alpha, epsilon: torch.exp(x),
    "LOG": lambda x, alpha, epsilon: torch.log(x + epsilon),
    "ABS": lambda x, alpha, epsilon: torch.abs(x),
    "THRESHOLD": lambda x, alpha, epsilon: torch.clamp(x, min=alpha),
}
