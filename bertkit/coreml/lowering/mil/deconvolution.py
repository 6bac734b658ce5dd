"""Transposed convolutions over one, two or three axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.activation import per_channel
from bertkit.coreml.lowering.mil.convolution import padded
from bertkit.coreml.lowering.registry import op

_TRANSPOSED: dict[int, Callable[..., Any]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


@op("conv_transpose")
def conv_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    pad: Sequence[int] | None = None,
    output_shape: Sequence[int] | None = None,
    pad_type: str = "valid",
    strides: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    groups: int = 1,
) -> Tensor:
    """Convolve transposed: the shapes are those of a convolution read backwards.

    Args:
        x: [batch, in_channels, *space], one to three axes of space.
        weight: [in_channels, out_channels / groups, *kernel].
        bias: [out_channels].
        pad: for `custom`: how much to cut off before and after each axis.
        output_shape: of the whole result; says which of the possible sizes it has.
        pad_type: `valid`, `custom`, `same` (an odd surplus is cut off at the end) or `same_lower` (at the beginning).
        strides: per axis, 1 by default.
        dilations: per axis, 1 by default.
        groups: number of groups of channels.
    """
    count = weight.ndim - 2
    steps = [1] * count if strides is None else list(strides)
    spread = [1] * count if dilations is None else list(dilations)
    full: Tensor = _TRANSPOSED[count](x, weight, None, steps, 0, 0, groups, spread)
    for place in range(count):
        axis = place + 2
        margin = (0, 0) if pad is None or pad_type != "custom" else (pad[2 * place], pad[2 * place + 1])
        size = None if output_shape is None else output_shape[axis]
        if size is None and pad_type.startswith("same"):
            size = x.shape[axis] * steps[place]
        full = _fitted(full, axis, margin, size, pad_type)
    return full if bias is None else full + per_channel(bias, full)


def _fitted(x: Tensor, axis: int, margin: tuple[int, int], size: int | None, pad_type: str) -> Tensor:
    """Cut `x` along `axis` by `margin`, or to `size`; what is wanted beyond its end is zero."""
    before, after = margin
    if size is None:
        return x.narrow(axis, before, x.shape[axis] - before - after)
    surplus = torch.sym_max(x.shape[axis] - size, 0)  # type: ignore[no-untyped-call]
    if pad_type.startswith("same"):
        before = surplus - surplus // 2 if pad_type == "same_lower" else surplus // 2
    kept = torch.sym_min(x.shape[axis] - before, size)  # type: ignore[no-untyped-call]
    rest = [(0, 0)] * (x.ndim - axis - 1)
    return padded(x.narrow(axis, before, kept), [(0, size - kept), *rest])
