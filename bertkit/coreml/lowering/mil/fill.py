"""New tensors: constants, ranges and masks by position."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.gather import filled_like, type_of
from bertkit.coreml.lowering.registry import op


@op("fill")
def fill(shape: Sequence[int], value: int | float | bool = 0.0) -> Tensor:
    """Return a tensor of `shape` full of `value`."""
    return torch.full(list(shape), value, dtype=type_of(value))


@op("fill_like")
def fill_like(ref_tensor: Tensor, value: int | float | bool = 0.0) -> Tensor:
    """Return a tensor shaped like `ref_tensor` full of `value`."""
    return filled_like(ref_tensor, value)


@op("range_1d")
def range_1d(end: int | float, start: int | float, step: int | float) -> Tensor:
    """Return [n]: start, start + step, ... below end."""
    is_float = torch.float32 in map(type_of, (start, end, step))
    return torch.arange(start, end, step, dtype=torch.float32 if is_float else torch.int32)


@op("band_part")
def band_part(x: Tensor, lower: int = -1, upper: int = -1) -> Tensor:
    """Keep `lower` diagonals below the main one and `upper` above it (all if negative); zero elsewhere."""
    rows = torch.arange(x.shape[-2], device=x.device).unsqueeze(-1)
    columns = torch.arange(x.shape[-1], device=x.device)
    below = rows - columns
    kept = torch.ones_like(below, dtype=torch.bool)
    if lower >= 0:
        kept = kept & (below <= lower)
    if upper >= 0:
        kept = kept & (-below <= upper)
    return torch.where(kept, x, torch.zeros_like(x))


@op("non_zero")
def non_zero(x: Tensor) -> Tensor:
    """Return [n, rank] int32: the indices of all values other than 0."""
    return torch.nonzero(x).to(torch.int32)
