"""Values picked by their indices, which may be floats that hold whole numbers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil import gather as mil
from bertkit.coreml.lowering.registry import layer
from bertkit.coreml.lowering.sizes import single


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


@layer("reverseSeq", keeps_integers=True)
def reverse_sequences(x: Tensor, lengths: Tensor, *, batch_axis: int = 0, sequence_axis: int = 0) -> Tensor:
    """Reverse the first elements along `sequence_axis`, of each example as many as `lengths` [batch] says."""
    batch_axis, sequence_axis = batch_axis % x.ndim, sequence_axis % x.ndim
    places = torch.arange(x.shape[sequence_axis], device=x.device)
    places = places.reshape([-1 if axis == sequence_axis else 1 for axis in range(x.ndim)])
    ends = lengths.long().reshape([-1 if axis == batch_axis else 1 for axis in range(x.ndim)])
    sources = torch.where(places < ends, ends - 1 - places, places)
    return torch.gather(x, sequence_axis, sources.expand(x.shape))


@layer("oneHot", keeps_integers=True)
def one_hot(
    indices: Tensor,
    one_hot_vector_size: int | Sequence[int],
    *,
    axis: int = 0,
    on_value: float = 0.0,
    off_value: float = 0.0,
) -> Tensor:
    """Replace each index by a vector along a new `axis`."""
    return mil.one_hot(indices.to(torch.int32), single(one_hot_vector_size), axis, on_value, off_value)
