"""GELU, written with the error function or with the hyperbolic tangent."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor, fx
from torch.nn import functional

from bertkit.coreml.lowering.fusions.terms import Reader, close

_CUBIC = 0.044715
_SLOPE = math.sqrt(2 / math.pi)


def match_gelu(reader: Reader, node: fx.Node) -> dict[str, Any] | None:
    """Match x * (1 + erf(x / sqrt(2))) / 2, or its approximation by tanh, in any order of the factors."""
    for x in dict.fromkeys(reader.inside(node)):
        factors, half = reader.product(node, {x})
        if len(factors) != 2 or x not in factors or not close(half, 0.5):
            continue
        other = factors[1 - factors.index(x)]
        summands, one = reader.total(other)
        term = reader.term(summands[0]) if len(summands) == 1 and close(one, 1.0) else None
        if term is not None and term.kind == "erf" and _is_scaled(reader, term.operands[0], x):
            return {"x": x, "approximate": "none"}
        if term is not None and term.kind == "tanh" and _is_cubic(reader, term.operands[0], x):
            return {"x": x, "approximate": "tanh"}
    return None


def gelu(x: Tensor, approximate: str) -> Tensor:
    """Return GELU of x, exact (`none`) or by `tanh`."""
    return functional.gelu(x, approximate=approximate)


def _is_scaled(reader: Reader, value: Any, x: fx.Node) -> bool:
    """Say whether a value is x / sqrt(2)."""
    factors, scale = reader.product(value, {x})
    return factors == [x] and close(scale, math.sqrt(0.5))


def _is_cubic(reader: Reader, value: Any, x: fx.Node) -> bool:
    """Say whether a value is sqrt(2 / pi) * (x + 0.044715 x^3), or that with x outside the parentheses."""
    factors, slope = reader.product(value, {x})
    if not close(slope, _SLOPE):
        return False
    if len(factors) == 1:
        summands, rest = reader.total(factors[0])
        others = [summand for summand in summands if summand is not x]
        return len(summands) == 2 and len(others) == 1 and rest == 0 and _is_power(reader, others[0], x, 3)
    if len(factors) != 2 or x not in factors:
        return False
    summands, one = reader.total(factors[1 - factors.index(x)])
    return len(summands) == 1 and close(one, 1.0) and _is_power(reader, summands[0], x, 2)


def _is_power(reader: Reader, value: fx.Node, x: fx.Node, power: int) -> bool:
    factors, scale = reader.product(value, {x})
    return factors == [x] * power and close(scale, _CUBIC)
