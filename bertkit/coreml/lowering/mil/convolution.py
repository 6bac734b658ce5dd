"""Convolutions over one, two or three axes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op
from bertkit.errors import UnsupportedError


@op("conv")
def conv(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    strides: Sequence[int] | None = None,
    pad_type: str = "valid",
    pad: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    groups: int = 1,
) -> Tensor:
    """Convolve.

    Args:
        x: [batch, in_channels, *space], one to three axes of space.
        weight: [out_channels, in_channels / groups, *kernel].
        bias: [out_channels].
        strides: per axis, 1 by default.
        pad_type: `valid`, `custom`, `same` (a surplus goes to the end), or `same_lower` (to the beginning).
        pad: for `custom`: sizes before and after each axis.
        dilations: per axis, 1 by default.
        groups: number of groups of channels.
    """
    count = weight.ndim - 2
    steps = [1] * count if strides is None else list(strides)
    spread = [1] * count if dilations is None else list(dilations)
    kernel = list(weight.shape[2:])
    margins = margins_of(pad_type, pad, x.shape[2:], kernel, steps, spread)
    return _CONVOLUTIONS[count](padded(x, margins), weight, bias, steps, 0, spread, groups)


_CONVOLUTIONS = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}


@op("conv_quantized")
def conv_quantized(
    x: Tensor,
    weight: Tensor,
    quantization_type: str,
    quant_scale: Tensor,
    quant_bias: Tensor,
    bias: Tensor | None = None,
    nbits: int = 8,
    strides: Sequence[int] | None = None,
    pad_type: str = "valid",
    pad: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    groups: int = 1,
) -> Tensor:
    """Convolve with the weights quant_scale * weight + quant_bias; what is not said here is as for `conv`.

    Args:
        x: [batch, in_channels, *space].
        weight: [out_channels, in_channels / groups, *kernel], whole numbers of `nbits` bits.
        quantization_type: `linear`; no version of the specification says where a lookup table would be.
        quant_scale: [] or [out_channels].
        quant_bias: [] or [out_channels].
        bias: [out_channels].
        nbits: bits of a weight.
        strides: as for `conv`.
        pad_type: as for `conv`.
        pad: as for `conv`.
        dilations: as for `conv`.
        groups: as for `conv`.
    """
    if quantization_type != "linear":
        raise UnsupportedError(
            f'conv_quantized with the quantization_type "{quantization_type}" is not supported. Available: linear. '
            "Convert the model with conv and a constexpr_lut_to_dense weight."
        )
    shape = [-1, *[1] * (weight.ndim - 1)]
    restored = weight.to(x.dtype) * quant_scale.reshape(shape) + quant_bias.reshape(shape)
    return conv(x, restored, None if bias is None else bias.to(x.dtype), strides, pad_type, pad, dilations, groups)


def margins_of(
    pad_type: str,
    pad: Sequence[int] | None,
    space: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[tuple[int, int]]:
    """Return how much to add before and after each axis of space; the arguments are those of `conv`."""
    if pad_type == "valid":
        return [(0, 0)] * len(kernel)
    if pad_type == "custom":
        return [] if pad is None else list(zip(pad[::2], pad[1::2], strict=True))
    margins = []
    for size, width, step, spread in zip(space, kernel, strides, dilations, strict=True):
        outputs = (size + step - 1) // step
        needed = (outputs - 1) * step + (width - 1) * spread + 1
        total = torch.sym_max(needed - size, 0)  # type: ignore[no-untyped-call]
        less, more = total // 2, total - total // 2
        margins.append((more, less) if pad_type == "same_lower" else (less, more))
    return margins


def padded(x: Tensor, margins: Sequence[tuple[int, int]], value: float = 0.0) -> Tensor:
    """Add margins of `value` around the last axes."""
    if all(isinstance(size, int) and size == 0 for margin in margins for size in margin):
        return x
    return functional.pad(x, [size for margin in reversed(margins) for size in margin], value=value)
