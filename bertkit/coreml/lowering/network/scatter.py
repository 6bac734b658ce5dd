"""Values written to the places that indices name. Where a place is named twice in an update, the last value stays."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.gather import from_start
from bertkit.coreml.lowering.registry import layer

_REDUCTIONS = {"SCATTER_MUL": "prod", "SCATTER_MAX": "amax", "SCATTER_MIN": "amin"}


@layer("scatter", keeps_integers=True)
def scatter(x: Tensor, indices: Tensor, updates: Tensor, *, axis: int = 0, mode: str = "SCATTER_UPDATE") -> Tensor:
    """Write slices of `updates` to the slices of `x` along `axis` that `indices` name.

    Args:
        x: any shape.
        indices: any shape; negative ones count from the end.
        updates: the shape of `x` with `axis` replaced by the axes of `indices`.
        axis: of `x`.
        mode: replace, or what to do with the old and the new value.
    """
    axis %= x.ndim
    flat = updates.reshape(*x.shape[:axis], -1, *x.shape[axis + 1 :])
    places = indices.reshape([-1 if place == axis else 1 for place in range(x.ndim)])
    return _scatter(x, places.expand(flat.shape), flat, axis, mode)


@layer("scatterAlongAxis", keeps_integers=True)
def scatter_along_axis(
    x: Tensor, indices: Tensor, updates: Tensor, *, axis: int = 0, mode: str = "SCATTER_UPDATE"
) -> Tensor:
    """Write one value per index along `axis`; `indices` and `updates` have the shape of `x` but for that axis."""
    return _scatter(x, indices, updates, axis, mode)


@layer("scatterND", keeps_integers=True)
def scatter_nd(x: Tensor, indices: Tensor, updates: Tensor, *, mode: str = "SCATTER_UPDATE") -> Tensor:
    """Write slices of `updates` to the slices of `x` that the index tuples in the last axis of `indices` name.

    Args:
        x: [d0, ..., dn, *inner].
        indices: [*picked, n + 1].
        updates: [*picked, *inner].
        mode: replace, or what to do with the old and the new value.
    """
    depth = indices.shape[-1]
    inner = x.shape[depth:]
    place = torch.zeros_like(indices[..., 0], dtype=torch.int64)
    for axis in range(depth):
        place = place * x.shape[axis] + from_start(indices[..., axis].long(), x.shape[axis])
    rows = updates.reshape(-1, *inner)
    places = place.reshape(-1, *[1] * len(inner)).expand(rows.shape)
    return _scatter(x.reshape(-1, *inner), places, rows, 0, mode).reshape(x.shape)


def _scatter(x: Tensor, indices: Tensor, updates: Tensor, axis: int, mode: str) -> Tensor:
    places, values = from_start(indices.long(), x.shape[axis]), updates.to(x.dtype)
    if mode == "SCATTER_UPDATE":
        return torch.scatter(x, axis, places, values)
    if mode == "SCATTER_ADD":
        return torch.scatter_add(x, axis, places, values)
    if mode == "SCATTER_SUB":
        return torch.scatter_add(x, axis, places, -values)
    if mode == "SCATTER_DIV":
        return x / torch.scatter_reduce(torch.ones_like(x), axis, places, values, "prod")
    return torch.scatter_reduce(x, axis, places, values, _REDUCTIONS[mode])
