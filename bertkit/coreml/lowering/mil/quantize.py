"""Floats as small integers and back."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.activation import per_channel
from bertkit.coreml.lowering.registry import op

_LIMITS = {"int8": (-128, 127), "uint8": (0, 255)}


@op("quantize", since="iOS17")
def quantize(
    input: Tensor,  # noqa: A002 - the op's name for it
    scale: Tensor,
    output_dtype: str,
    zero_point: Tensor | None = None,
    axis: int | None = None,
) -> Tensor:
    """Return round(input / scale) + zero_point, limited to the type and with halves rounded to even, as int32.

    Args:
        input: any shape.
        scale: [] or [size of `axis`].
        output_dtype: `int8` or `uint8`.
        zero_point: as `scale`; 0 by default.
        axis: which the scales run along.
    """
    rounded = torch.round(input / _along(scale, input, axis))
    if zero_point is not None:
        rounded = rounded + _along(zero_point, input, axis)
    return torch.clamp(rounded, *_LIMITS[output_dtype]).to(torch.int32)


@op("dequantize", since="iOS17")
def dequantize(
    input: Tensor,  # noqa: A002 - the op's name for it
    scale: Tensor,
    zero_point: Tensor | None = None,
    axis: int | None = None,
) -> Tensor:
    """Return scale * (input - zero_point); the arguments are those of `quantize`."""
    centered = input if zero_point is None else input - _along(zero_point, input, axis)
    return centered.to(torch.float32) * _along(scale, input, axis)


def _along(values: Tensor, x: Tensor, axis: int | None) -> Tensor:
    return values if values.ndim == 0 or axis is None else per_channel(values, x, axis)
