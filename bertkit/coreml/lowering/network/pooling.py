"""Maxima and means of windows, over two axes and over three."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.convolution import margins_of, padded
from bertkit.coreml.lowering.network.convolution import Margins, same_or_valid
from bertkit.coreml.lowering.registry import layer

_MAXIMUM = {2: functional.max_pool2d, 3: functional.max_pool3d}
_MEAN = {2: functional.avg_pool2d, 3: functional.avg_pool3d}


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
    beyond: Margins = [(0, 0), (0, 0)]
    if include_last_pixel is None:
        margins = same_or_valid(space, kernel_size, stride, (1, 1), valid, same)
    else:
        sizes = include_last_pixel.get("padding_amounts", (0, 0))
        margins = [(size, size) for size in sizes]
        beyond = [
            (0, _to_the_last(*sides, any(sizes))) for sides in zip(space, kernel_size, stride, sizes, strict=True)
        ]
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
    margins: Margins = [
        (custom_padding_front, custom_padding_back),
        (custom_padding_top, custom_padding_bottom),
        (custom_padding_left, custom_padding_right),
    ]
    if padding_type != "CUSTOM":
        margins = margins_of(padding_type.lower(), None, x.shape[2:], kernel, stride, (1, 1, 1))
    return _pool(x, type, kernel, stride, margins, [(0, 0)] * 3, count_exclude_padding)


@layer("globalPooling3d")
def global_pooling_3d(x: Tensor, *, type: str = "MAX") -> Tensor:  # noqa: A002 - the field's name
    """Take the maximum or the mean over depth, height and width, which stay with size 1."""
    return _WHOLE[type](x, (-3, -2, -1))


_WHOLE: dict[str, Callable[[Tensor, tuple[int, ...]], Tensor]] = {
    "MAX": lambda x, axes: torch.amax(x, axes, keepdim=True),
    "AVERAGE": lambda x, axes: torch.mean(x, axes, keepdim=True),
    "L2": lambda x, axes: torch.sqrt(torch.sum(x.square(), axes, keepdim=True)),
}


def _to_the_last(size: int, kernel: int, stride: int, margin: int, has_margins: bool) -> int:
    """Return how much the last window reaches over the end of an axis and its margin; negative if it falls short."""
    count = -((kernel - size - 2 * margin) // stride) + 1
    if has_margins and (count - 1) * stride >= size + margin:
        count -= 1
    return (count - 1) * stride + kernel - size - 2 * margin


def _pool(
    x: Tensor,
    kind: str,
    kernel: Sequence[int],
    stride: Sequence[int],
    margins: Margins,
    beyond: Margins,
    without_margins: bool,
) -> Tensor:
    """Pool windows over `margins`, which count in a mean unless excluded, and `beyond` them, where nothing counts."""
    window, step = list(kernel), list(stride)
    around = [(before + first, after + last) for (before, after), (first, last) in zip(margins, beyond, strict=True)]
    if kind == "MAX":
        return _MAXIMUM[len(window)](padded(x, around, float("-inf")), window, step)
    mean = _MEAN[len(window)]
    if kind == "L2":
        return torch.sqrt(mean(padded(x.square(), around), window, step, divisor_override=1))
    if not without_margins and not any(side for pair in beyond for side in pair):
        return mean(padded(x, around), window, step)
    ones = torch.ones_like(x)
    counted = padded(ones, around) if without_margins else padded(padded(ones, margins, 1.0), beyond)
    shares = mean(counted, window, step, divisor_override=1)
    return mean(padded(x, around), window, step, divisor_override=1) / shares
