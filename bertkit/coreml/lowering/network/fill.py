"""New blobs: constants, ranges and masks by position."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil import fill as mil
from bertkit.coreml.lowering.registry import Stored, layer
from bertkit.coreml.lowering.sizes import single, vector, whole


@layer("loadConstant", weights={"data": Stored((1, 1, "shape"))})
@layer("loadConstantND", weights={"data": Stored(("shape",))})
def load_constant(*, data: Tensor) -> Tensor:
    """Return the constant."""
    return data


@layer("fillStatic")
def fill_static(*, target_shape: Sequence[int], value: float = 0.0) -> Tensor:
    """Return a blob of a shape full of `value`."""
    return torch.full(list(target_shape), value)


@layer("fillDynamic")
def fill_dynamic(shape: Sequence[int], *, value: float = 0.0) -> Tensor:
    """Return a blob of a computed shape full of `value`."""
    return torch.full(list(shape), value)


@layer("fillLike")
def fill_like(x: Tensor, *, value: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` full of `value`."""
    return torch.full_like(x, value)


@layer("rangeStatic")
def range_static(*, end_value: float = 0.0, start_value: float = 0.0, step_size_value: float = 0.0) -> Tensor:
    """Return [n]: start, start + step, ... below end."""
    return torch.arange(start_value, end_value, step_size_value)


@layer("rangeDynamic")
def range_dynamic(
    end: int | float | Sequence[int | float],
    start: int | float | Sequence[int | float] | None = None,
    step: int | float | Sequence[int | float] | None = None,
    *,
    start_value: float = 0.0,
    step_size_value: float = 0.0,
) -> Tensor:
    """Return [n]: start, start + step, ... below end, where the arguments that are inputs were computed."""
    first = start_value if start is None else single(start)
    by = step_size_value if step is None else single(step)
    # With whole numbers the length is computed without rounding, and a symbolic end stays free.
    return torch.arange(*vector(whole((first, single(end), by))), dtype=torch.float32)


@layer("matrixBandPart")
def matrix_band_part(x: Tensor, *, num_lower: int = 0, num_upper: int = 0) -> Tensor:
    """Keep diagonals below and above the main one (all if negative); zero elsewhere."""
    return mil.band_part(x, num_lower, num_upper)


@layer("lowerTriangular")
def lower_triangular(x: Tensor, *, k: int = 0) -> Tensor:
    """Zero everything above diagonal `k`."""
    return torch.tril(x, k)


@layer("upperTriangular")
def upper_triangular(x: Tensor, *, k: int = 0) -> Tensor:
    """Zero everything below diagonal `k`."""
    return torch.triu(x, k)


@layer("whereNonZero")
def where_non_zero(x: Tensor) -> Tensor:
    """Return [n, rank]: the indices of all values other than 0."""
    return torch.nonzero(x).to(x.dtype)
