"""Maxima and means of windows, over two axes and over three."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.convolution import margins_of
from bertkit.coreml.lowering.mil.pool import Margins, lengths, maxima, means, overhang
from bertkit.coreml.lowering.network.convolution import same_type
from bertkit.coreml.lowering.network.slicing import edges
from bertkit.coreml.lowering.registry import layer


@layer("pooling")
def pooling(
    x: Tensor,
    *,
    type: str = "MAX",  # noqa: A002 - the field's name
    kernel_size: Sequence[int] = (3, 3),
    stride: Sequence[int] = (1, 1),
    valid: Mapping[str, Any] | None = None,
    same: Mapping[str, Any] | None = None,
    include_last_pixel: Mapping[str, Any] | None = None,
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
        same: add margins so that the size is divided by the stride.
        include_last_pixel: margins to add, and as much more at the end as the last window needs.
        avg_pool_exclude_padding: leave the margins out of a mean.
        global_pooling: take the whole blob as one window.
    """
    if global_pooling:
        return _WHOLE[type](x, (-2, -1))
    space = x.shape[-2:]
    beyond: Margins = []
    if include_last_pixel is None:
        margins = _same_or_valid(space, kernel_size, stride, valid, same)
    else:
        margins = [(size, size) for size in include_last_pixel.get("padding_amounts", (0, 0))]
        is_clipped = any(map(any, margins))
        sides = zip(space, margins, kernel_size, stride, strict=True)
        beyond = [(0, overhang(*side, is_clipped)) for side in sides]
    batch = x.reshape(-1, *x.shape[-3:])
    pooled = _pool(batch, type, kernel_size, stride, margins, beyond, avg_pool_exclude_padding)
    return pooled.reshape(*x.shape[:-3], *pooled.shape[1:])


@layer("pooling3d")
def pooling_3d(
    x: Tensor,
    *,
    type: str = "MAX",  # noqa: A002 - the field's name
    kernel_depth: int,
    kernel_height: int,
    kernel_width: int,
    stride_depth: int = 1,
    stride_height: int = 1,
    stride_width: int = 1,
    padding_type: str = "CUSTOM",
    custom_padding_front: int = 0,
    custom_padding_back: int = 0,
    custom_padding_top: int = 0,
    custom_padding_bottom: int = 0,
    custom_padding_left: int = 0,
    custom_padding_right: int = 0,
    count_exclude_padding: bool = False,
) -> Tensor:
    """Take the maximum or the mean of each window of [batch, channels, depth, height, width]; see `pooling`."""
    kernel = (kernel_depth, kernel_height, kernel_width)
    stride = (stride_depth, stride_height, stride_width)
    custom = (
        custom_padding_front,
        custom_padding_back,
        custom_padding_top,
        custom_padding_bottom,
        custom_padding_left,
        custom_padding_right,
    )
    margins = margins_of(padding_type.lower(), custom, x.shape[2:], kernel, stride, (1, 1, 1))
    return _pool(x, type, kernel, stride, margins, [], count_exclude_padding)


@layer("globalPooling3d")
def global_pooling_3d(x: Tensor, *, type: str = "MAX") -> Tensor:  # noqa: A002 - the field's name
    """Take the maximum or the mean over depth, height and width, which stay with size 1."""
    return _WHOLE[type](x, (-3, -2, -1))


_WHOLE: dict[str, Callable[[Tensor, tuple[int, ...]], Tensor]] = {
    "MAX": lambda x, axes: torch.amax(x, axes, keepdim=True),
    "AVERAGE": lambda x, axes: torch.mean(x, axes, keepdim=True),
    "L2": lambda x, axes: torch.sqrt(torch.sum(x.square(), axes, keepdim=True)),
}


def _same_or_valid(
    space: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    valid: Mapping[str, Any] | None,
    same: Mapping[str, Any] | None,
) -> Margins:
    """Return the margins that a layer's two messages about padding mean for an input of a size."""
    if same is None:
        return edges((valid or {}).get("padding_amounts", {})) or [(0, 0)] * len(space)
    return margins_of(same_type(same), None, space, kernel, stride, (1, 1))


def _pool(
    x: Tensor,
    kind: str,
    kernel: Sequence[int],
    stride: Sequence[int],
    margins: Margins,
    beyond: Margins,
    without_margins: bool,
) -> Tensor:
    if kind == "MAX":
        return maxima(x, kernel, stride, margins, beyond)
    if kind == "L2":
        return lengths(x, kernel, stride, margins, beyond)
    return means(x, kernel, stride, margins, beyond, without_margins)
