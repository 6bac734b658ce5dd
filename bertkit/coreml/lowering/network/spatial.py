"""Convolution and pooling over height and width."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.convolution import margins_of, padded
from bertkit.coreml.lowering.network.slicing import edges
from bertkit.coreml.lowering.registry import Stored, layer


@layer(
    "convolution",
    weights={
        "weights": Stored(("output_channels", "kernel_channels", "kernel_size")),
        "bias": Stored(("output_channels",)),
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
) -> Tensor:
    """Convolve.

    Args:
        x: [..., in_channels, height, width].
        weights: [out_channels, in_channels / groups, kernel_height, kernel_width].
        bias: [out_channels].
        n_groups: number of groups of channels.
        stride: over height and width.
        dilation_factor: over height and width.
        valid: margins to add, none by default.
        same: add margins so that a stride of 1 keeps the size.
    """
    margins = _margins(x, list(weights.shape[2:]), stride, dilation_factor, valid, same)
    batch = padded(x.reshape(-1, *x.shape[-3:]), margins)
    convolved = functional.conv2d(batch, weights, bias, list(stride), 0, list(dilation_factor), n_groups)
    return convolved.reshape(*x.shape[:-3], *convolved.shape[1:])


@layer("pooling")
def pooling(
    x: Tensor,
    *,
    type: str = "MAX",  # noqa: A002 - the field's name
    kernel_size: Sequence[int] = (3, 3),
    stride: Sequence[int] = (1, 1),
    valid: Mapping[str, Any] | None = None,
    same: Mapping[str, Any] | None = None,
    avg_pool_exclude_padding: bool = False,
    global_pooling: bool = False,
) -> Tensor:
    """Take the maximum, the mean or the root of the sum of squares of each window.

    Args:
        x: [..., channels, height, width].
        type: `MAX`, `AVERAGE` or `L2`.
        kernel_size: of a window.
        stride: over height and width.
        valid: margins to add, none by default.
        same: add margins so that a stride of 1 keeps the size.
        avg_pool_exclude_padding: leave the margins out of a mean.
        global_pooling: take the whole blob as one window.
    """
    if global_pooling:
        return _WHOLE[type](x)
    margins = _margins(x, kernel_size, stride, (1, 1), valid, same)
    batch = x.reshape(-1, *x.shape[-3:])
    window, step = list(kernel_size), list(stride)
    if type == "MAX":
        pooled = functional.max_pool2d(padded(batch, margins, float("-inf")), window, step)
    elif type == "L2":
        pooled = torch.sqrt(_window_sums(padded(batch.square(), margins), window, step))
    elif avg_pool_exclude_padding:
        counts = _window_sums(padded(torch.ones_like(batch), margins), window, step)
        pooled = _window_sums(padded(batch, margins), window, step) / counts
    else:
        pooled = functional.avg_pool2d(padded(batch, margins), window, step)
    return pooled.reshape(*x.shape[:-3], *pooled.shape[1:])


_WHOLE: dict[str, Callable[[Tensor], Tensor]] = {
    "MAX": lambda x: torch.amax(x, [-2, -1], keepdim=True),
    "AVERAGE": lambda x: torch.mean(x, [-2, -1], keepdim=True),
    "L2": lambda x: torch.sqrt(torch.sum(x.square(), [-2, -1], keepdim=True)),
}


def _window_sums(x: Tensor, window: list[int], step: list[int]) -> Tensor:
    return functional.avg_pool2d(x, window, step, divisor_override=1)


def _margins(
    x: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    valid: Mapping[str, Any] | None,
    same: Mapping[str, Any] | None,
) -> list[tuple[int, int]]:
    if same is None:
        return edges((valid or {}).get("padding_amounts", {}))
    heavy_top_left = same.get("asymmetry_mode") == "TOP_LEFT_HEAVY"
    return margins_of("same_lower" if heavy_top_left else "same", None, x.shape[-2:], kernel, stride, dilation)
