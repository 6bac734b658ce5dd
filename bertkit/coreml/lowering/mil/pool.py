"""Pooling over one, two or three axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.convolution import margins_of, padded
from bertkit.coreml.lowering.registry import op

Margins = list[tuple[int, int]]

_MEANS: dict[int, Callable[..., Any]] = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
_MAXIMA: dict[int, Callable[..., Any]] = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}


@op("max_pool")
def max_pool(
    x: Tensor,
    kernel_sizes: Sequence[int],
    strides: Sequence[int] | None = None,
    pad_type: str = "valid",
    pad: Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the maximum of each window; `avg_pool` explains the arguments."""
    steps = _steps(kernel_sizes, strides)
    margins, extra = _margins(x, kernel_sizes, steps, pad_type, pad, ceil_mode)
    return maxima(x, kernel_sizes, steps, margins, extra)


@op("avg_pool")
def avg_pool(
    x: Tensor,
    kernel_sizes: Sequence[int],
    strides: Sequence[int] | None = None,
    pad_type: str = "valid",
    pad: Sequence[int] | None = None,
    exclude_padding_from_average: bool = False,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the mean of each window.

    Args:
        x: [batch, channels, *space], one to three axes of space.
        kernel_sizes: of a window, per axis.
        strides: per axis, 1 by default.
        pad_type: `valid`, `custom`, `same` or `same_lower`, as for `conv`.
        pad: for `custom`: sizes before and after each axis.
        exclude_padding_from_average: leave the margins out of the mean.
        ceil_mode: the last window may reach beyond the margins; what lies there never counts.
    """
    steps = _steps(kernel_sizes, strides)
    margins, extra = _margins(x, kernel_sizes, steps, pad_type, pad, ceil_mode)
    return means(x, kernel_sizes, steps, margins, extra, exclude_padding_from_average)


@op("l2_pool")
def l2_pool(
    x: Tensor,
    kernel_sizes: Sequence[int],
    strides: Sequence[int] | None = None,
    pad_type: str = "valid",
    pad: Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the root of the sum of squares of each window; `avg_pool` explains the arguments."""
    steps = _steps(kernel_sizes, strides)
    margins, extra = _margins(x, kernel_sizes, steps, pad_type, pad, ceil_mode)
    return lengths(x, kernel_sizes, steps, margins, extra)


def maxima(x: Tensor, kernel: Sequence[int], strides: Sequence[int], margins: Margins, extra: Margins) -> Tensor:
    """Return the maximum of each window of `x` with its margins and what lies beyond them."""
    whole = padded(padded(x, margins, float("-inf")), extra, float("-inf"))
    pooled: Tensor = _MAXIMA[len(kernel)](whole, list(kernel), list(strides))
    return pooled


def means(
    x: Tensor,
    kernel: Sequence[int],
    strides: Sequence[int],
    margins: Margins,
    extra: Margins,
    without_margins: bool = False,
) -> Tensor:
    """Return the mean of each window; what lies beyond the margins never counts, the margins only where they may."""
    whole = padded(padded(x, margins), extra)
    averages: Tensor = _MEANS[len(kernel)](whole, list(kernel), list(strides))
    if whole is x or (not without_margins and not any(size != 0 for margin in extra for size in margin)):
        return averages
    counted = padded(padded(torch.ones_like(x[:1, :1]), margins, float(not without_margins)), extra)
    shares: Tensor = _MEANS[len(kernel)](counted, list(kernel), list(strides))
    return averages / shares


def lengths(x: Tensor, kernel: Sequence[int], strides: Sequence[int], margins: Margins, extra: Margins) -> Tensor:
    """Return the root of the sum of squares of each window."""
    squares: Tensor = _MEANS[len(kernel)](padded(padded(x.square(), margins), extra), list(kernel), list(strides))
    return torch.sqrt(squares * math.prod(kernel))


def _steps(kernel: Sequence[int], strides: Sequence[int] | None) -> list[int]:
    return [1] * len(kernel) if strides is None else list(strides)


def _margins(
    x: Tensor,
    kernel: Sequence[int],
    strides: Sequence[int],
    pad_type: str,
    pad: Sequence[int] | None,
    ceil_mode: bool,
) -> tuple[Margins, Margins]:
    """Return the margins that the op declares, and what the last window needs beyond them at the end of each axis."""
    space = x.shape[2:]
    margins = margins_of(pad_type, pad, space, kernel, strides, [1] * len(kernel))
    margins = margins if margins else [(0, 0)] * len(kernel)
    if not ceil_mode:
        return margins, []
    sizes = zip(space, margins, kernel, strides, strict=True)
    return margins, [(0, overhang(size, margin, width, step, any(margin))) for size, margin, width, step in sizes]


def overhang(size: int, margin: tuple[int, int], width: int, step: int, is_clipped: bool) -> int:
    """Return how far the last window reaches beyond the margins when the number of windows is rounded up.

    Args:
        size: of the axis.
        margin: before and after it.
        width: of a window.
        step: from window to window.
        is_clipped: the last window must begin within the axis or the margin before it.

    Returns:
        Elements; negative where the last window falls short of the end.
    """
    before, after = margin
    total = size + before + after
    windows = (total - width + step - 1) // step + 1
    if is_clipped and (windows - 1) * step >= size + before:
        windows -= 1
    return (windows - 1) * step + width - total
