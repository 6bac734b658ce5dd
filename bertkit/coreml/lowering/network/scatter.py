"""Values written to the places that indices name. Where a place is named twice in an update, the last value stays."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.gather import from_start
from bertkit.coreml.lowering.mil.scatter import put, put_slices
from bertkit.coreml.lowering.registry import layer


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
    old, new = _alike(x, updates, mode)
    return put_slices(old, from_start(indices.long(), x.shape[axis]), new, axis, _mode(mode))


@layer("scatterAlongAxis", keeps_integers=True)
def scatter_along_axis(
    x: Tensor, indices: Tensor, updates: Tensor, *, axis: int = 0, mode: str = "SCATTER_UPDATE"
) -> Tensor:
    """Write one value per index along `axis`; `indices` and `updates` have the shape of `x` but for that axis."""
    old, new = _alike(x, updates, mode)
    return put(old, axis, from_start(indices.long(), x.shape[axis]), new, _mode(mode))


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
    old, new = _alike(x, updates, mode)
    return put_slices(old.reshape(-1, *inner), place, new, 0, _mode(mode)).reshape(x.shape)


def _alike(x: Tensor, updates: Tensor, mode: str) -> tuple[Tensor, Tensor]:
    """Give old and new values one type: that of the old ones, but a quotient of integers is no integer."""
    new = updates.to(x.dtype)
    if mode == "SCATTER_DIV" and not x.is_floating_point():
        return x.float(), new.float()
    return x, new


def _mode(field: str) -> str:
    return field.removeprefix("SCATTER_").lower()
