"""Values put where their indices say."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.gather import from_start
from bertkit.coreml.lowering.registry import op
from bertkit.errors import InputError

_REDUCTIONS = {"max": "amax", "min": "amin", "mul": "prod", "div": "prod"}


@op("scatter")
def scatter_from_either_end(data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add") -> Tensor:
    """Put slices into `data` along `axis`; negative indices count from the end."""
    return put_slices(data, from_start(indices, data.shape[axis]), updates, axis, mode)


@op("scatter", since="iOS17")
def scatter(
    data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put slices into `data` along `axis`.

    Args:
        data: [*outer, size, *inner], where `axis` is the position of `size`.
        indices: [*picked] int32 in 0..size-1.
        updates: [*outer, *picked, *inner].
        axis: counted over all axes of `data`.
        mode: `update`, or how an update and what is there become one: `add`, `sub`, `mul`, `div`, `max`, `min`.
        validate_indices: refuse other indices; otherwise their updates are lost.

    Raises:
        InputError: an index is refused.
    """
    size = data.shape[axis]
    kept, places = _with_room(data, axis, indices, size, validate_indices)
    return put_slices(kept, places, updates, axis, mode).narrow(axis, 0, size)


@op("scatter_along_axis")
def scatter_along_axis_from_either_end(
    data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add"
) -> Tensor:
    """Put one value per index into `data` along `axis`; negative indices count from the end."""
    return put(data, axis, from_start(indices, data.shape[axis]), updates, mode)


@op("scatter_along_axis", since="iOS17")
def scatter_along_axis(
    data: Tensor, indices: Tensor, updates: Tensor, axis: int = 0, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put one value per index into `data` along `axis`; `indices` and `updates` have its shape but for that axis.

    Raises:
        InputError: as `scatter`.
    """
    size = data.shape[axis]
    kept, places = _with_room(data, axis, indices, size, validate_indices)
    return put(kept, axis, places, updates, mode).narrow(axis, 0, size)


@op("scatter_nd")
def scatter_nd_from_either_end(data: Tensor, indices: Tensor, updates: Tensor, mode: str = "add") -> Tensor:
    """Put slices into `data` by index tuples; negative indices count from the end."""
    sizes = data.shape[: indices.shape[-1]]
    positive = [from_start(place, size) for place, size in zip(indices.unbind(-1), sizes, strict=True)]
    return _rows(data.reshape(sizes.numel(), -1), _row_numbers(positive, sizes), updates, mode).reshape(data.shape)


@op("scatter_nd", since="iOS17")
def scatter_nd(
    data: Tensor, indices: Tensor, updates: Tensor, mode: str = "add", validate_indices: bool = False
) -> Tensor:
    """Put slices into `data` by index tuples.

    Args:
        data: [d0, ..., dn, *inner].
        indices: [*picked, n + 1] int32.
        updates: [*picked, *inner].
        mode: as for `scatter`.
        validate_indices: as for `scatter`.

    Raises:
        InputError: as `scatter`.
    """
    sizes = data.shape[: indices.shape[-1]]
    places = indices.unbind(-1)
    inside = torch.stack([(place >= 0) & (place < size) for place, size in zip(places, sizes, strict=True)]).all(0)
    numbers = torch.where(inside, _row_numbers(places, sizes), -1)
    rows = data.reshape(sizes.numel(), -1)
    kept, numbers = _with_room(rows, 0, numbers, rows.shape[0], validate_indices)
    return _rows(kept, numbers, updates, mode).narrow(0, 0, rows.shape[0]).reshape(data.shape)


def put_slices(data: Tensor, indices: Tensor, updates: Tensor, axis: int, mode: str) -> Tensor:
    """Put slices into `data` along `axis`, counted from either end, at indices of any shape; see `scatter`."""
    axis %= data.ndim
    slices = updates.reshape(*data.shape[:axis], -1, *data.shape[axis + 1 :])
    shape = [-1 if place == axis else 1 for place in range(data.ndim)]
    return put(data, axis, indices.reshape(shape).expand(slices.shape), slices, mode)


def _rows(rows: Tensor, numbers: Tensor, updates: Tensor, mode: str) -> Tensor:
    slices = updates.reshape(-1, rows.shape[1])
    return put(rows, 0, numbers.reshape(-1, 1).expand(slices.shape), slices, mode)


def _row_numbers(places: Sequence[Tensor], sizes: Sequence[int]) -> Tensor:
    number = torch.zeros_like(places[0])
    for place, size in zip(places, sizes, strict=True):
        number = number * size + place
    return number


def _with_room(data: Tensor, axis: int, indices: Tensor, size: int, validate: bool) -> tuple[Tensor, Tensor]:
    """Add a place at the end of `axis`, where updates go whose index is not in 0..size-1."""
    inside = (indices >= 0) & (indices < size)
    if validate and not bool(inside.all()):
        raise InputError(
            f"The indices of a scatter op must lie in 0..{size - 1}, got {int(indices[~inside].flatten()[0])}. "
            "Check the inputs that the indices are computed from."
        )
    return torch.cat([data, data.narrow(axis, 0, 1)], axis), torch.where(inside, indices, size)


def put(data: Tensor, axis: int, indices: Tensor, updates: Tensor, mode: str) -> Tensor:
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
