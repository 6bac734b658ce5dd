"""Values picked by their indices, which may be floats that hold whole numbers."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil import gather as mil
from bertkit.coreml.lowering.registry import layer


@layer("gather", keeps_integers=True)
def gather(x: Tensor, indices: Tensor, *, axis: int = 0) -> Tensor:
    """Pick slices of `x` along `axis`; negative indices count from the end."""
    return mil.gather_from_either_end(x, indices.to(torch.int32), axis)


@layer("gatherAlongAxis", keeps_integers=True)
def gather_along_axis(x: Tensor, indices: Tensor, *, axis: int = 0) -> Tensor:
    """Pick one value per index along `axis`; negative indices count from the end."""
    return mil.gather_along_axis_from_either_end(x, indices.to(torch.int32), axis)


@layer("gatherND", keeps_integers=True)
def gather_nd(x: Tensor, indices: Tensor) -> Tensor:
    """Pick slices of `x` by the index tuples in the last axis of `indices`."""
    return mil.gather_nd(x, indices.to(torch.int32))


@layer("oneHot", keeps_integers=True)
def one_hot(
    indices: Tensor,
    one_hot_vector_size: int,
    *,
    axis: int = 0,
    on_value: float = 0.0,
    off_value: float = 0.0,
) -> Tensor:
    """Replace each index by a vector along a new `axis`."""
    return mil.one_hot(indices.to(torch.int32), one_hot_vector_size, axis, on_value, off_value)
