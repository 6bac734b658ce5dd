"""Values put where their indices say."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.gather import from_start
from bertkit.coreml.lowering.registry import op

_REDUCTIONS = {"max": "amax", "min": "amin", "mul": "prod", "div": "prod"}


@op("scatter")
def scatter(
    data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put slices into `data` along `axis`.

    Args:
        data: [*outer, size, *inner], where `axis` is the position of `size`.
        indices: [*picked] int32; negative ones count from the end.
        updates: [*outer, *picked, *inner].
        axis: counted over all axes of `data`.
        mode: `update`, or how an update and what is there become one: `add`, `sub`, `mul`, `div`, `max`, `min`.
        validate_indices: indices are validated in any case.
    """
    axis %= data.ndim
    places = from_start(indices.reshape(-1), data.shape[axis])
    slices = updates.reshape(*data.shape[:axis], -1, *data.shape[axis + 1 :])
    shape = [-1 if place == axis else 1 for place in range(data.ndim)]
    return _scattered(data, axis, places.reshape(shape).expand(slices.shape), slices, mode)


@op("scatter_along_axis")
def scatter_along_axis(
    data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put one value per index into `data` along `axis`; `indices` and `updates` have its shape but for that axis."""
    return _scattered(data, axis, from_start(indices, data.shape[axis]), updates, mode)


@op("scatter_nd")
def scatter_nd(
    data: Tensor, indices: Tensor, updates: Tensor, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put slices into `data` by index tuples.

    Args:
        data: [d0, ..., dn, *inner].
        indices: [*picked, n + 1] int32; negative ones count from the end.
        updates: [*picked, *inner].
        mode: as for `scatter`.
        validate_indices: indices are validated in any case.
    """
    depth = indices.shape[-1]
    row = torch.zeros_like(indices[..., 0])
    for axis, size in enumerate(data.shape[:depth]):
        row = row * size + from_start(indices[..., axis], size)
    rows = data.reshape(data.shape[:depth].numel(), -1)
    slices = updates.reshape(-1, rows.shape[1])
    return _scattered(rows, 0, row.reshape(-1, 1).expand(slices.shape), slices, mode).reshape(data.shape)


def _scattered(data: Tensor, axis: int, indices: Tensor, updates: Tensor, mode: str) -> Tensor:
    """Put `updates` into `data` along `axis` at `indices`, which have their shape."""
    places = indices.long()
    if mode == "update":
        return torch.scatter(data, axis, places, updates)
    if mode in ("add", "sub"):
        return torch.scatter_add(data, axis, places, updates if mode == "add" else -updates)
    if mode == "div":
        divisor = torch.scatter_reduce(torch.ones_like(data), axis, places, updates, _REDUCTIONS[mode])
        return torch.div(data, divisor).to(data.dtype)
    return torch.scatter_reduce(data, axis, places, updates, _REDUCTIONS[mode])
