"""Values picked by their indices."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op


@op("gather")
def gather_from_either_end(x: Tensor, indices: Tensor, axis: int = 0, batch_dims: int = 0) -> Tensor:
    """Pick slices of `x` along `axis`; negative indices count from the end."""
    return gather(x, from_start(indices, x.shape[axis]), axis, batch_dims)


@op("gather", since="iOS17")
def gather(x: Tensor, indices: Tensor, axis: int = 0, batch_dims: int = 0, validate_indices: bool = False) -> Tensor:
    """Pick slices of `x` along `axis`.

    Args:
        x: [*batch, *outer, size, *inner], where `axis` is the position of `size`.
        indices: [*batch, *picked] int32 in 0..size-1.
        axis: counted over all axes of `x`.
        batch_dims: number of axes that `x` and `indices` share.
        validate_indices: indices are validated in any case.

    Returns:
        [*batch, *outer, *picked, *inner].
    """
    axis %= x.ndim
    shape = (*x.shape[:axis], *indices.shape[batch_dims:], *x.shape[axis + 1 :])
    if batch_dims == 0:
        return torch.index_select(x, axis, indices.reshape(-1)).reshape(shape)
    batch = x.shape[:batch_dims]
    outer, inner = _count(x.shape[batch_dims:axis]), _count(x.shape[axis + 1 :])
    rows = x.reshape(_count(batch), outer, x.shape[axis], inner)
    picked = indices.reshape(_count(batch), 1, -1, 1).long().expand(-1, outer, -1, inner)
    return torch.gather(rows, 2, picked).reshape(shape)


@op("gather_along_axis")
def gather_along_axis_from_either_end(x: Tensor, indices: Tensor, axis: int = 0) -> Tensor:
    """Pick one value per index along `axis`; negative indices count from the end."""
    return gather_along_axis(x, from_start(indices, x.shape[axis]), axis)


@op("gather_along_axis", since="iOS17")
def gather_along_axis(x: Tensor, indices: Tensor, axis: int = 0, validate_indices: bool = False) -> Tensor:
    """Pick one value per index along `axis`; `indices` has the shape of `x` but for that axis."""
    return torch.gather(x, axis, indices.long())


@op("gather_nd")
def gather_nd(x: Tensor, indices: Tensor, batch_dims: int = 0, validate_indices: bool = False) -> Tensor:
    """Pick slices of `x` by index tuples.

    Args:
        x: [*batch, d0, ..., dn, *inner].
        indices: [*batch, *picked, n + 1] int32.
        batch_dims: number of axes that `x` and `indices` share.
        validate_indices: indices are validated in any case.

    Returns:
        [*batch, *picked, *inner].
    """
    depth = indices.shape[-1]
    places = indices.reshape(*indices.shape[:batch_dims], -1, depth)  # [*batch, count, n + 1]
    positions = [
        torch.arange(size, device=x.device).reshape([-1 if axis == place else 1 for place in range(batch_dims + 1)])
        for axis, size in enumerate(x.shape[:batch_dims])
    ]
    index = (*positions, *places.long().unbind(-1))
    picked = x[index]  # [*batch, count, *inner]
    return picked.reshape(*indices.shape[:-1], *x.shape[batch_dims + depth :])


@op("one_hot")
def one_hot(
    indices: Tensor,
    one_hot_vector_size: int,
    axis: int = -1,
    on_value: int | float | bool = 1,
    off_value: int | float | bool = 0,
) -> Tensor:
    """Replace each index by a vector along a new `axis`: `on_value` at the index, `off_value` elsewhere."""
    axis %= indices.ndim + 1
    places = torch.arange(one_hot_vector_size, dtype=indices.dtype, device=indices.device)
    places = places.reshape([-1, *[1] * (indices.ndim - axis)])
    chosen = indices.unsqueeze(axis) == places
    on, off = (filled_like(chosen, value) for value in (on_value, off_value))
    return torch.where(chosen, on, off)


def filled_like(x: Tensor, value: int | float | bool) -> Tensor:
    """Return a tensor shaped like `x` full of `value`, of the type that the value's Python type stands for."""
    return torch.full_like(x, value, dtype=type_of(value))


def type_of(value: int | float | bool) -> torch.dtype:
    """Return the type that a constant is computed in."""
    if isinstance(value, bool):
        return torch.bool
    return torch.float32 if isinstance(value, (float, torch.SymFloat)) else torch.int32


def from_start(indices: Tensor, size: int) -> Tensor:
    """Turn negative indices, which count from the end of an axis of `size`, into positive ones."""
    return torch.where(indices < 0, indices + size, indices)


def _count(shape: torch.Size) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
