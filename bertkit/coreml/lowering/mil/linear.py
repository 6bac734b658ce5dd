"""Matrix products."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op


@op("linear")
def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply the last axis of `x` [..., in] by `weight` [out, in] transposed and add `bias` [out], typed as `x`."""
    if weight.dtype != x.dtype:
        weight = weight.to(x.dtype)
    if bias is not None and bias.dtype != x.dtype:
        bias = bias.to(x.dtype)
    return functional.linear(x, weight, bias)


@op("matmul")
def matmul(x: Tensor, y: Tensor, transpose_x: bool = False, transpose_y: bool = False) -> Tensor:
    """Multiply matrices in the last two axes, broadcasting the others; a transposition spares vectors.

    Where one holds floats and the other integers, the product holds floats.
    """
    x = x.transpose(-1, -2) if transpose_x and x.ndim > 1 else x
    y = y.transpose(-1, -2) if transpose_y and y.ndim > 1 else y
    if x.dtype != y.dtype:
        x, y = x.to(torch.float32), y.to(torch.float32)
    return torch.matmul(x, y)


@op("einsum")
def einsum(values: list[Tensor], equation: str) -> Tensor:
    """Multiply two tensors by an equation; axes of size 1 broadcast."""
    return torch.einsum(equation, *values)
