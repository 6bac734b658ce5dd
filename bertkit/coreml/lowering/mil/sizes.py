"""Ops on sizes, which stay Python numbers; see `bertkit.coreml.lowering.sizes`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce

import torch

from bertkit.coreml.lowering.registry import op_on_sizes
from bertkit.coreml.lowering.sizes import OPERATORS, Operator, Size, Sizes, broadcast, no_matrix, vector
from bertkit.errors import UnsupportedError


def _register_binary(name: str, compute: Operator) -> None:
    def binary(x: Sizes, y: Sizes) -> Sizes:
        return broadcast(compute, x, y)

    binary.__name__ = name
    op_on_sizes(name)(binary)


for _name, _operator in OPERATORS.items():
    _register_binary(_name, _operator)


@op_on_sizes("identity")
def identity(x: Sizes) -> Sizes:
    """Return the sizes."""
    return x


@op_on_sizes("cast")
def cast(x: Sizes, dtype: str) -> Sizes:
    """Turn sizes into floats or integers."""
    if dtype == "bool":
        raise UnsupportedError("Truth values made from sizes are not supported. Convert the model with fixed shapes.")
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
    return tuple(size for value in values for size in vector(value))


@op_on_sizes("stack")
def stack(values: list[Sizes], axis: int) -> Sizes:
    """Join sizes to a vector."""
    if any(isinstance(value, tuple) for value in values):
        raise no_matrix()
    return tuple(value for value in values if not isinstance(value, tuple))


@op_on_sizes("squeeze")
def squeeze(x: Sizes, axes: Sequence[int] | None = None) -> Sizes:
    """Turn a vector of one size into the size."""
    return x[0] if isinstance(x, tuple) and len(x) == 1 else x


@op_on_sizes("expand_dims")
def expand_dims(x: Sizes, axes: Sequence[int]) -> Sizes:
    """Turn a size into a vector of one."""
    if isinstance(x, tuple) or len(axes) != 1:
        raise no_matrix()
    return (x,)


@op_on_sizes("reshape")
def reshape(x: Sizes, shape: Sequence[int]) -> Sizes:
    """Turn a size into a vector of one, or back."""
    if len(shape) > 1:
        raise no_matrix()
    return vector(x) if len(shape) == 1 else vector(x)[0]


@op_on_sizes("reduce_prod")
def reduce_prod(x: Sequence[int], axes: Sequence[int] | None = None, keep_dims: bool = False) -> Sizes:
    """Multiply all sizes of a vector."""
    product = reduce(operator.mul, x, 1)
    return (product,) if keep_dims else product
