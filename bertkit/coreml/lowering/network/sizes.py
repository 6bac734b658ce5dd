"""Layers on sizes, which stay Python numbers; see `bertkit.coreml.lowering.sizes`.

A network has floats and vectors only, so whole floats become integers here, and no layer yields a bare number.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import reduce

from bertkit.coreml.lowering.mil.sizes import slice_by_index
from bertkit.coreml.lowering.registry import layer_on_sizes
from bertkit.coreml.lowering.sizes import OPERATORS, Operator, Sizes, broadcast, no_matrix, vector, whole

_BINARY = {
    "addBroadcastable": "add",
    "divideBroadcastable": "real_div",
    "floorDivBroadcastable": "floor_div",
    "maxBroadcastable": "maximum",
    "minBroadcastable": "minimum",
    "modBroadcastable": "mod",
    "multiplyBroadcastable": "mul",
    "subtractBroadcastable": "sub",
}


def _register_binary(name: str, compute: Operator) -> None:
    def binary(x: Sizes, y: Sizes) -> Sizes:
        return broadcast(compute, whole(x), whole(y))

    binary.__name__ = name
    layer_on_sizes(name)(binary)


for _name, _operator in _BINARY.items():
    _register_binary(_name, OPERATORS[_operator])


@layer_on_sizes("copy")
def copy(x: Sizes) -> Sizes:
    """Return the sizes."""
    return x


@layer_on_sizes("add")
def add(values: list[Sizes], *, alpha: float = 0.0) -> Sizes:
    """Return the sum of the inputs, of the only one and alpha."""
    terms = [*values, alpha] if len(values) == 1 else values
    return reduce(lambda x, y: broadcast(operator.add, x, y), map(whole, terms))


@layer_on_sizes("multiply")
def multiply(values: list[Sizes], *, alpha: float = 0.0) -> Sizes:
    """Return the product of the inputs, of the only one and alpha."""
    factors = [*values, alpha] if len(values) == 1 else values
    return reduce(lambda x, y: broadcast(operator.mul, x, y), map(whole, factors))


@layer_on_sizes("activation.linear")
def linear(x: Sizes, *, alpha: float = 0.0, beta: float = 0.0) -> Sizes:
    """Return alpha * x + beta."""
    return broadcast(operator.add, broadcast(operator.mul, x, whole(alpha)), whole(beta))


@layer_on_sizes("floor")
def floor(x: Sequence[int | float]) -> Sizes:
    """Round down."""
    return tuple(map(math.floor, x))


@layer_on_sizes("ceil")
def ceil(x: Sequence[int | float]) -> Sizes:
    """Round up."""
    return tuple(map(math.ceil, x))


@layer_on_sizes("greaterThan")
def greater_than(x: Sequence[int | float], *, alpha: float = 0.0) -> Sizes:
    """Return 1 where x is larger than alpha, 0 elsewhere."""
    return tuple(1 if size > alpha else 0 for size in x)


@layer_on_sizes("whereBroadcastable")
def where(condition: Sequence[int | float], a: Sequence[int | float], b: Sequence[int | float]) -> Sizes:
    """Return a where the condition is not 0, b elsewhere."""
    return tuple(yes if chosen else no for chosen, yes, no in zip(condition, a, b, strict=True))


@layer_on_sizes("gather")
def gather(x: Sequence[int], indices: Sequence[int], *, axis: int = 0) -> Sizes:
    """Pick sizes of a vector."""
    return tuple(x[index] for index in indices)


@layer_on_sizes("slice")
def slice_axis(
    x: Sequence[int], *, start_index: int = 0, end_index: int = 0, stride: int = 1, axis: str = "CHANNEL_AXIS"
) -> Sizes:
    """Cut a vector of sizes."""
    return tuple(x[start_index:end_index:stride])


@layer_on_sizes("sliceStatic")
def slice_static(
    x: Sequence[int],
    *,
    begin_ids: Sequence[int],
    end_ids: Sequence[int],
    strides: Sequence[int] = (1,),
    begin_masks: Sequence[bool] = (False,),
    end_masks: Sequence[bool] = (False,),
    squeeze_masks: Sequence[bool] = (False,),
) -> Sizes:
    """Cut a vector of sizes."""
    return vector(slice_by_index(x, begin_ids, end_ids, strides, begin_masks, end_masks, squeeze_masks))


@layer_on_sizes("concatND")
def concat(values: list[Sizes], *, axis: int = 0) -> Sizes:
    """Join vectors of sizes."""
    return tuple(size for value in values for size in vector(whole(value)))


@layer_on_sizes("squeeze")
def squeeze(x: Sizes, *, axes: Sequence[int] = (), squeeze_all: bool = False) -> Sizes:
    """Return the sizes: a vector of one stays a vector."""
    return x


@layer_on_sizes("expandDims")
def expand_dims(x: Sizes, *, axes: Sequence[int]) -> Sizes:
    """Return a vector of one as it is: networks have no other way to write the size that is meant."""
    if len(vector(x)) != 1 or len(axes) != 1:
        raise no_matrix()
    return x


@layer_on_sizes("reduceProd")
def reduce_prod(
    x: Sequence[int], *, axes: Sequence[int] = (), keep_dims: bool = False, reduce_all: bool = False
) -> Sizes:
    """Multiply all sizes of a vector."""
    return (reduce(operator.mul, x, 1),)
