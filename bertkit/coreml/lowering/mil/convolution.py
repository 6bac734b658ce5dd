"""Convolutions over one, two or three axes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op


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
