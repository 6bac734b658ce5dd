"""Arithmetic, comparisons and logic, element by element and broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op

UNARY: dict[str, Callable[[Tensor], Tensor]] = {
    "abs": torch.abs,
    "acos": torch.acos,
    "asin": torch.asin,
    "atan": torch.atan,
    "atanh": torch.atanh,
    "ceil": torch.ceil,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "erf": torch.erf,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "floor": torch.floor,
    "logical_not": torch.logical_not,
    "round": torch.round,
    "sign": torch.sign,
    "sin": torch.sin,
    "sinh": torch.sinh,
    "sqrt": torch.sqrt,
    "square": torch.square,
    "tan": torch.tan,
    "tanh": torch.tanh,
}


def _floor_divide(x: Tensor, y: Tensor) -> Tensor:
    if x.is_floating_point() or y.is_floating_point():
        return torch.floor_divide(x, y)
    # OpenVINO 2026.4 rounds whole numbers toward zero here; without a remainder there is nothing to round.
    return torch.div(x - torch.remainder(x, y), y, rounding_mode="trunc")


BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": torch.add,
    "equal": torch.eq,
    "floor_div": _floor_divide,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "less": torch.lt,
    "less_equal": torch.le,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "mod": torch.remainder,
    "mul": torch.mul,
    "not_equal": torch.ne,
    "pow": torch.pow,
    "sub": torch.sub,
}

_CAST_TYPES = {
    **dict.fromkeys(("fp16", "fp32", "fp64"), torch.float32),
    **dict.fromkeys(("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"), torch.int32),
    "bool": torch.bool,
}

_BITS = {"int8": 8, "uint8": 8, "int16": 16, "uint16": 16}


def _register_unary(name: str, compute: Callable[[Tensor], Tensor]) -> None:
    def unary(x: Tensor) -> Tensor:
        return compute(x).to(x.dtype)

    unary.__name__ = name
    op(name)(unary)


def _register_binary(name: str, compute: Callable[[Tensor, Tensor], Tensor]) -> None:
    def binary(x: Tensor, y: Tensor) -> Tensor:
        return compute(x, y)

    binary.__name__ = name
    op(name)(binary)


for _name, _compute in UNARY.items():
    _register_unary(_name, _compute)
for _name, _operator in BINARY.items():
    _register_binary(_name, _operator)


@op("real_div")
def real_div(x: Tensor, y: Tensor) -> Tensor:
    """Return x / y; integers give an integer, cut towards zero."""
    return torch.div(x, y).to(x.dtype)


@op("cast")
def cast(x: Tensor, dtype: str) -> Tensor:
    """Convert to another type, of which there are three here: float32, int32 and bool.

    Floats are cut towards zero; what a type of 8 or 16 bits cannot hold wraps around, as in coremltools' evaluation.
    """
    converted = x.to(_CAST_TYPES[dtype])
    if dtype not in _BITS:
        return converted
    size = 1 << _BITS[dtype]
    lowest = 0 if dtype.startswith("u") else -size // 2
    return torch.bitwise_and(converted - lowest, size - 1) + lowest


@op("clip")
def clip(x: Tensor, alpha: float, beta: float) -> Tensor:
    """Return x limited to alpha..beta."""
    return torch.clamp(x, alpha, beta)


@op("threshold")
def threshold(x: Tensor, alpha: float) -> Tensor:
    """Return max(x, alpha)."""
    return torch.clamp(x, min=alpha)


@op("inverse")
def inverse(x: Tensor, epsilon: float = 1e-4) -> Tensor:
    """Return 1 / (x + epsilon)."""
    return torch.reciprocal(x + epsilon)


@op("log")
def log(x: Tensor, epsilon: float = 1e-45) -> Tensor:
    """Return the natural logarithm of x + epsilon."""
    return torch.log(x + epsilon)


@op("rsqrt")
def rsqrt(x: Tensor, epsilon: float = 1e-12) -> Tensor:
    """Return 1 / sqrt(x + epsilon)."""
    return torch.rsqrt(x + epsilon)


@op("select")
def select(cond: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Return a where cond is true, b elsewhere."""
    return torch.where(cond, a, b)
