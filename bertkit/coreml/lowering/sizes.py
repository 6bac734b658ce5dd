"""Arithmetic on sizes: Python numbers, so that a graph whose shapes depend on other shapes can still be exported.

A size is a number or, under export, a `torch.SymInt`; a vector of sizes is a tuple. Networks know floats and vectors
only, so their layers turn whole floats into integers and never yield a bare number.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import reduce

import torch

from bertkit.coreml.lowering.registry import layer_on_sizes, op_on_sizes
from bertkit.errors import UnsupportedError

Size = int | float
Sizes = int | float | tuple[int | float, ...]
Operator = Callable[[Size, Size], Size]


def _divide(x: Size, y: Size) -> Size:
    are_integers = all(isinstance(value, (int, torch.SymInt)) for value in (x, y))
    return x // y if are_integers else x / y


def _largest(x: Size, y: Size) -> Size:
    largest: Size = torch.sym_max(x, y)  # type: ignore[no-untyped-call]
    return largest


def _smallest(x: Size, y: Size) -> Size:
    smallest: Size = torch.sym_min(x, y)  # type: ignore[no-untyped-call]
    return smallest


# Name in ML Programs, name in NeuralNetworks, operation.
_BINARY: tuple[tuple[str, str, Operator], ...] = (
    ("add", "addBroadcastable", operator.add),
    ("floor_div", "floorDivBroadcastable", operator.floordiv),
    ("maximum", "maxBroadcastable", _largest),
    ("minimum", "minBroadcastable", _smallest),
    ("mod", "modBroadcastable", operator.mod),
    ("mul", "multiplyBroadcastable", operator.mul),
    ("real_div", "divideBroadcastable", _divide),
    ("sub", "subtractBroadcastable", operator.sub),
)


def _register_binary(op_name: str, layer_name: str, compute: Operator) -> None:
    def binary(x: Sizes, y: Sizes) -> Sizes:
        return _broadcast(compute, x, y)

    def layer_binary(x: Sizes, y: Sizes) -> Sizes:
        return _broadcast(compute, _whole(x), _whole(y))

    binary.__name__ = layer_binary.__name__ = f"{op_name}_sizes"
    op_on_sizes(op_name)(binary)
    layer_on_sizes(layer_name)(layer_binary)


for _entry in _BINARY:
    _register_binary(*_entry)


@op_on_sizes("identity")
@layer_on_sizes("copy")
def identity(x: Sizes) -> Sizes:
    """Return the sizes."""
    return x


@op_on_sizes("cast")
def cast(x: Sizes, dtype: str) -> Sizes:
    """Turn sizes into floats or integers."""
    convert: Callable[[Size], Size] = torch.sym_float if dtype.startswith("fp") else torch.sym_int
    return tuple(map(convert, x)) if isinstance(x, tuple) else convert(x)


@op_on_sizes("gather")
def gather(
    x: Sequence[int], indices: int | Sequence[int], axis: int = 0, batch_dims: int = 0, validate_indices: bool = False
) -> Sizes:
    """Pick sizes of a vector."""
    return tuple(x[index] for index in indices) if isinstance(indices, Sequence) else x[indices]


@op_on_sizes("slice_by_index")
def slice_by_index(
    x: Sequence[int],
    begin: Sequence[int],
    end: Sequence[int],
    stride: Sequence[int] = (1,),
    begin_mask: Sequence[bool] = (False,),
    end_mask: Sequence[bool] = (False,),
    squeeze_mask: Sequence[bool] = (False,),
) -> Sizes:
    """Cut a vector of sizes; with a squeeze mask, take one."""
    start = None if begin_mask[0] else begin[0]
    if squeeze_mask[0]:
        return x[0 if start is None else start]
    return tuple(x[start : None if end_mask[0] else end[0] : stride[0]])


@op_on_sizes("slice_by_size")
def slice_by_size(x: Sequence[int], begin: Sequence[int], size: Sequence[int]) -> Sizes:
    """Cut a vector of sizes; a size of -1 means all that follow."""
    first = begin[0] % len(x)
    return tuple(x[first:] if size[0] == -1 else x[first : first + size[0]])


@op_on_sizes("concat")
def concat(values: list[Sizes], axis: int, interleave: bool = False) -> Sizes:
    """Join sizes and vectors of them to one vector."""
    return tuple(size for value in values for size in _vector(value))


@op_on_sizes("stack")
def stack(values: list[Sizes], axis: int) -> Sizes:
    """Join sizes to a vector."""
    if any(isinstance(value, tuple) for value in values):
        raise UnsupportedError("A matrix of sizes is not supported. Convert the model with fixed shapes.")
    return tuple(value for value in values if not isinstance(value, tuple))


@op_on_sizes("squeeze")
def squeeze(x: Sizes, axes: Sequence[int] | None = None) -> Sizes:
    """Turn a vector of one size into the size."""
    return x[0] if isinstance(x, tuple) and len(x) == 1 else x


@op_on_sizes("expand_dims")
def expand_dims(x: Sizes, axes: Sequence[int]) -> Sizes:
    """Turn a size into a vector of one."""
    if isinstance(x, tuple) or len(axes) != 1:
        raise UnsupportedError("A matrix of sizes is not supported. Convert the model with fixed shapes.")
    return (x,)


@op_on_sizes("reshape")
def reshape(x: Sizes, shape: Sequence[int]) -> Sizes:
    """Turn a size into a vector of one, or back."""
    if len(shape) > 1:
        raise UnsupportedError("A matrix of sizes is not supported. Convert the model with fixed shapes.")
    return _vector(x) if len(shape) == 1 else _vector(x)[0]


@op_on_sizes("reduce_prod")
def reduce_prod(x: Sequence[int], axes: Sequence[int] | None = None, keep_dims: bool = False) -> Sizes:
    """Multiply all sizes of a vector."""
    product = reduce(operator.mul, x, 1)
    return (product,) if keep_dims else product


@layer_on_sizes("add")
def layer_add(values: list[Sizes], *, alpha: float = 0.0) -> Sizes:
    """Return the sum of the inputs, of the only one and alpha."""
    terms = [*values, alpha] if len(values) == 1 else values
    return reduce(lambda x, y: _broadcast(operator.add, x, y), map(_whole, terms))


@layer_on_sizes("multiply")
def layer_multiply(values: list[Sizes], *, alpha: float = 0.0) -> Sizes:
    """Return the product of the inputs, of the only one and alpha."""
    factors = [*values, alpha] if len(values) == 1 else values
    return reduce(lambda x, y: _broadcast(operator.mul, x, y), map(_whole, factors))


@layer_on_sizes("activation.linear")
def layer_linear(x: Sizes, *, alpha: float = 0.0, beta: float = 0.0) -> Sizes:
    """Return alpha * x + beta."""
    return _broadcast(operator.add, _broadcast(operator.mul, x, _whole(alpha)), _whole(beta))


@layer_on_sizes("floor")
def layer_floor(x: Sequence[int | float]) -> Sizes:
    """Round down."""
    return tuple(map(math.floor, x))


@layer_on_sizes("ceil")
def layer_ceil(x: Sequence[int | float]) -> Sizes:
    """Round up."""
    return tuple(map(math.ceil, x))


@layer_on_sizes("gather")
def layer_gather(x: Sequence[int], indices: Sequence[int], *, axis: int = 0) -> Sizes:
    """Pick sizes of a vector."""
    return tuple(x[index] for index in indices)


@layer_on_sizes("slice")
def layer_slice(
    x: Sequence[int], *, start_index: int = 0, end_index: int = 0, stride: int = 1, axis: str = "CHANNEL_AXIS"
) -> Sizes:
    """Cut a vector of sizes."""
    return tuple(x[start_index:end_index:stride])


@layer_on_sizes("sliceStatic")
def layer_slice_static(
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
    return _vector(slice_by_index(x, begin_ids, end_ids, strides, begin_masks, end_masks, squeeze_masks))


@layer_on_sizes("concatND")
def layer_concat(values: list[Sizes], *, axis: int = 0) -> Sizes:
    """Join vectors of sizes."""
    return tuple(size for value in values for size in _vector(_whole(value)))


@layer_on_sizes("squeeze")
def layer_squeeze(x: Sizes, *, axes: Sequence[int] = (), squeeze_all: bool = False) -> Sizes:
    """Return the sizes: a vector of one stays a vector."""
    return x


@layer_on_sizes("reduceProd")
def layer_reduce_prod(
    x: Sequence[int], *, axes: Sequence[int] = (), keep_dims: bool = False, reduce_all: bool = False
) -> Sizes:
    """Multiply all sizes of a vector."""
    return (reduce(operator.mul, x, 1),)


def _broadcast(compute: Operator, x: Sizes, y: Sizes) -> Sizes:
    """Apply an operation to sizes, to vectors of equal length, or to one of each."""
    if not isinstance(x, tuple) and not isinstance(y, tuple):
        return compute(x, y)
    left, right = _vector(x), _vector(y)
    length = max(len(left), len(right))
    left, right = (value * length if len(value) == 1 else value for value in (left, right))
    return tuple(compute(*pair) for pair in zip(left, right, strict=True))


def _vector(value: Sizes) -> tuple[Size, ...]:
    return value if isinstance(value, tuple) else (value,)


def _whole(value: Sizes) -> Sizes:
    """Turn whole floats into integers."""
    if isinstance(value, tuple):
        return tuple(int(size) if isinstance(size, float) and size.is_integer() else size for size in value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
