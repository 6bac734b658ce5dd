"""Pooling over one, two or three axes."""

from __future__ import annotations

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
    whole = padded(padded(x, margins, float("-inf")), extra, float("-inf"))
    pooled: Tensor = _MAXIMA[len(steps)](whole, list(kernel_sizes), steps)
    return pooled


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
    whole = padded(padded(x, margins), extra)
    means: Tensor = _MEANS[len(steps)](whole, list(kernel_sizes), steps)
    counts_margins = not exclude_padding_from_average
    if whole is x or (counts_margins and not _any(extra)):
        return means
    counted = padded(padded(torch.ones_like(x[:1, :1]), margins, float(counts_margins)), extra)
    shares: Tensor = _MEANS[len(steps)](counted, list(kernel_sizes), steps)
    return means / shares


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
    means: Tensor = _MEANS[len(steps)](padded(padded(x.square(), margins), extra), list(kernel_sizes), steps)
    size = 1
    for width in kernel_sizes:
        size *= width
    return torch.sqrt(means * size)


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
    return margins, [(0, _overhang(size, margin, width, step)) for size, margin, width, step in sizes]


def _overhang(size: int, margin: tuple[int, int], width: int, step: int) -> int:
    """Return how far the last window reaches beyond the margins when the number of windows is rounded up."""
    before, after = margin
    total = size + before + after
    windows = (total - width + step - 1) // step + 1
    if (windows - 1) * step >= size + before:  # a window must begin within the input or the margin before it
        windows -= 1
    return max(0, (windows - 1) * step + width - total)


def _any(margins: Margins) -> bool:
    return any(size != 0 for margin in margins for size in margin)
