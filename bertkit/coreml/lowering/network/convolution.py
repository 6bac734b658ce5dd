"""Convolutions and their transposes, over two axes and over three."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.convolution import margins_of, padded
from bertkit.coreml.lowering.network.slicing import edges
from bertkit.coreml.lowering.registry import Stored, layer

Margins = Sequence[tuple[int, int]]

_CONVOLVE = {2: functional.conv2d, 3: functional.conv3d}
_SPREAD = {2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
_BIAS = Stored(("output_channels",))


def _output_axis(fields: Mapping[str, Any]) -> int:
    return 1 if fields.get("is_deconvolution", False) else 0


def _kernel_2d(fields: Mapping[str, Any]) -> tuple[int, ...]:
    return _kernel(fields, fields.get("kernel_channels", 0), fields.get("kernel_size", (3, 3)))


def _kernel_3d(fields: Mapping[str, Any]) -> tuple[int, ...]:
    channels = fields.get("input_channels", 0)
    if not fields.get("is_deconvolution", False):
        channels //= fields.get("n_groups", 1)
    return _kernel(fields, channels, [fields.get(f"kernel_{axis}", 0) for axis in ("depth", "height", "width")])


def _kernel(fields: Mapping[str, Any], channels: int, size: Sequence[int]) -> tuple[int, ...]:
    outputs = fields.get("output_channels", 0)
    if fields.get("is_deconvolution", False):
        return (channels, outputs // fields.get("n_groups", 1), *size)
    return (outputs, channels, *size)


@layer(
    "convolution",
    weights={
        "weights": Stored(
            _kernel_2d,
            output_axis=_output_axis,
            described_by=("output_channels", "kernel_channels", "kernel_size"),
        ),
        "bias": _BIAS,
    },
)
def convolution(
    x: Tensor,
    weights: Tensor,
    *,
    bias: Tensor | None = None,
    n_groups: int = 1,
    stride: Sequence[int] = (1, 1),
    dilation_factor: Sequence[int] = (1, 1),
    valid: Mapping[str, Any] | None = None,
    same: Mapping[str, Any] | None = None,
    is_deconvolution: bool = False,
    output_shape: Sequence[int] = (),
) -> Tensor:
    """Convolve, or spread each value over a window (deconvolution).

    Args:
        x: [..., in_channels, height, width].
        weights: [out_channels, in_channels / groups, kernel_height, kernel_width]; of a deconvolution
            [in_channels, out_channels / groups, kernel_height, kernel_width].
        bias: [out_channels].
        n_groups: number of groups of channels.
        stride: over height and width.
        dilation_factor: over height and width, of a deconvolution too: the specification ignores it there, but
            coremltools writes it and tests that it counts.
        valid: margins to add, of a deconvolution to take away; none by default.
        same: add or take away so that the size is divided or multiplied by the stride.
        is_deconvolution: spread instead of convolving.
        output_shape: height and width of a deconvolution, where they are given.
    """
    batch = x.reshape(-1, *x.shape[-3:])
    given = edges((valid or {}).get("padding_amounts", {})) or [(0, 0), (0, 0)]
    pad_type = None if same is None else same_type(same)
    if is_deconvolution:
        result = _spread(batch, weights, bias, stride, dilation_factor, n_groups, given, pad_type, output_shape)
    else:
        result = _convolve(batch, weights, bias, stride, dilation_factor, n_groups, given, pad_type)
    return result.reshape(*x.shape[:-3], *result.shape[1:])


@layer(
    "convolution3d",
    weights={
        "weights": Stored(
            _kernel_3d,
            output_axis=_output_axis,
            described_by=("output_channels", "input_channels", "kernel_depth", "kernel_height", "kernel_width"),
        ),
        "bias": _BIAS,
    },
)
def convolution_3d(
    x: Tensor,
    *,
    weights: Tensor,
    bias: Tensor | None = None,
    n_groups: int = 1,
    stride_depth: int = 1,
    stride_height: int = 1,
    stride_width: int = 1,
    dilation_depth: int = 1,
    dilation_height: int = 1,
    dilation_width: int = 1,
    padding_type: str = "CUSTOM",
    custom_padding_front: int = 0,
    custom_padding_back: int = 0,
    custom_padding_top: int = 0,
    custom_padding_bottom: int = 0,
    custom_padding_left: int = 0,
    custom_padding_right: int = 0,
    is_deconvolution: bool = False,
    output_shape: Sequence[int] = (),
) -> Tensor:
    """Convolve [batch, channels, depth, height, width], or spread; see `convolution`."""
    stride = (stride_depth, stride_height, stride_width)
    dilation = (dilation_depth, dilation_height, dilation_width)
    custom = (
        custom_padding_front,
        custom_padding_back,
        custom_padding_top,
        custom_padding_bottom,
        custom_padding_left,
        custom_padding_right,
    )
    kind = "custom" if padding_type == "CUSTOM" else "valid"
    given = margins_of(kind, custom, x.shape[2:], weights.shape[2:], stride, dilation)
    pad_type = "same" if padding_type == "SAME" else None
    if is_deconvolution:
        return _spread(x, weights, bias, stride, dilation, n_groups, given, pad_type, output_shape)
    return _convolve(x, weights, bias, stride, dilation, n_groups, given, pad_type)


def same_type(same: Mapping[str, Any]) -> str:
    """Return what programs call the padding that a layer's message `same` asks for."""
    return "same_lower" if same.get("asymmetry_mode") == "TOP_LEFT_HEAVY" else "same"


def _convolve(
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    given: Margins,
    pad_type: str | None,
) -> Tensor:
    count = len(stride)
    kernel = list(weights.shape[2:])
    margins = given if pad_type is None else margins_of(pad_type, None, x.shape[2:], kernel, stride, dilation)
    return _CONVOLVE[count](padded(x, margins), weights, bias, list(stride), 0, list(dilation), groups)


def _spread(
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
    given: Margins,
    pad_type: str | None,
    output_shape: Sequence[int],
) -> Tensor:
    """Transpose a convolution without margins, then take away from both ends, or add zeros, to reach the size."""
    count = len(stride)
    full = _SPREAD[count](x, weights, None, list(stride), 0, 0, groups, list(dilation))
    taken = []
    for axis in range(count):
        size, whole = x.shape[2 + axis], full.shape[2 + axis]
        if pad_type is None:
            first, last = given[axis]
            last = whole - first - output_shape[axis] if output_shape else last
        else:
            total = whole - (output_shape[axis] if output_shape else size * stride[axis])
            less, more = total // 2, total - total // 2
            first, last = (more, less) if pad_type == "same_lower" else (less, more)
        taken.append((-first, -last))
    result = padded(full, taken)
    return result if bias is None else result + bias.reshape(-1, *[1] * count)
