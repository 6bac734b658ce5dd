"""Images in another size: positions along each axis by sampling mode, then interpolation axis by axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op


@op("upsample_nearest_neighbor")
def upsample_nearest_neighbor(
    x: Tensor, scale_factor_height: int | float = 1, scale_factor_width: int | float = 1
) -> Tensor:
    """Scale the last two axes by factors; each value is that of the element in which its beginning lies."""
    return _resized(x, _scaled(x, scale_factor_height, scale_factor_width), "DEFAULT", _element_at)


@op("resize_nearest_neighbor")
def resize_nearest_neighbor(x: Tensor, target_size_height: int, target_size_width: int) -> Tensor:
    """Give the last two axes new sizes; each value is that of the element in which its middle lies."""
    return _resized(x, [target_size_height, target_size_width], "UNALIGN_CORNERS", _nearest)


@op("upsample_bilinear")
def upsample_bilinear(
    x: Tensor,
    scale_factor_height: int | float = 1,
    scale_factor_width: int | float = 1,
    align_corners: bool = True,
    half_pixel_centers: bool | None = None,
) -> Tensor:
    """Scale the last two axes by factors, with linear interpolation.

    Args:
        x: [..., height, width].
        scale_factor_height: what the size is multiplied by and rounded down.
        scale_factor_width: likewise.
        align_corners: corners stay corners.
        half_pixel_centers: if they do not: an element lies in its middle, not at its beginning; the default.
    """
    mode = "STRICT_ALIGN_CORNERS" if align_corners else "DEFAULT" if half_pixel_centers is False else "UNALIGN_CORNERS"
    return _resized(x, _scaled(x, scale_factor_height, scale_factor_width), mode, _linear)


@op("resize_bilinear")
def resize_bilinear(
    x: Tensor, target_size_height: int = 1, target_size_width: int = 1, sampling_mode: str = "DEFAULT"
) -> Tensor:
    """Give the last two axes new sizes, with linear interpolation between `positions`."""
    return _resized(x, [target_size_height, target_size_width], sampling_mode, _linear)


@op("resize", since="iOS17")
def resize(
    x: Tensor,
    shape: Sequence[int],
    resized_dims: int,
    interpolation_mode: str = "LINEAR",
    sampling_mode: str = "DEFAULT",
) -> Tensor:
    """Give the last axes new sizes.

    Args:
        x: any shape.
        shape: its last `resized_dims` entries are the sizes; 0 keeps the size of that axis.
        resized_dims: number of axes.
        interpolation_mode: `LINEAR` or `NEAREST_NEIGHBOR`.
        sampling_mode: see `positions`; the element nearest to where `DEFAULT` is means the one its middle lies in.
    """
    sizes = list(shape)[len(shape) - resized_dims :]
    if interpolation_mode == "LINEAR":
        return _resized(x, sizes, sampling_mode, _linear)
    return _resized(x, sizes, "UNALIGN_CORNERS" if sampling_mode == "DEFAULT" else sampling_mode, _nearest)


def positions(mode: str, size: int | Tensor, count: int) -> Tensor:
    """Return where `count` values are taken from an axis of `size` elements, before they are limited to the axis.

    Args:
        mode: `STRICT_ALIGN_CORNERS`: from the first to the last element. `ALIGN_CORNERS`: the same, but the middle if
            only one value is taken. `DEFAULT`: from the first in steps of size / count. `OFFSET_CORNERS`: the middles
            of equal parts of the way from the first to the last. `UNALIGN_CORNERS`: the middles of equal parts of the
            axis, each element being 1 wide.
        size: a number, or [n] for n axes at once.
        count: number of values.

    Returns:
        [count] or [n, count] float32.
    """
    steps = torch.arange(count, dtype=torch.float32)
    length = size.unsqueeze(-1) if isinstance(size, Tensor) else size
    if isinstance(length, Tensor):
        steps = steps.to(length.device)
    if mode == "DEFAULT":
        return steps * length / count
    if mode == "UNALIGN_CORNERS":
        return (steps + 0.5) * length / count - 0.5
    if mode == "OFFSET_CORNERS":
        way = length - 1
        way = way.clamp(min=1) if isinstance(way, Tensor) else torch.sym_max(way, 1)  # type: ignore[no-untyped-call]
        return (steps + 0.5) * way / count
    if count > 1:
        return steps * (length - 1) / (count - 1)
    return steps + (length - 1) / 2 if mode == "ALIGN_CORNERS" else steps + 0 * length


def _scaled(x: Tensor, *factors: float) -> list[int]:
    pairs = zip(factors, x.shape[-2:], strict=True)
    return [torch.sym_int(factor * size) for factor, size in pairs]  # type: ignore[no-untyped-call]


def _resized(x: Tensor, sizes: Sequence[int], mode: str, pick: Callable[[Tensor, int, Tensor], Tensor]) -> Tensor:
    for axis, wanted in enumerate(sizes, start=x.ndim - len(sizes)):
        size = x.shape[axis]
        count = size if isinstance(wanted, int) and wanted == 0 else wanted
        x = pick(x, axis, positions(mode, size, count).to(x.device).clamp(0, size - 1))
    return x


def _element_at(x: Tensor, axis: int, places: Tensor) -> Tensor:
    return torch.index_select(x, axis, torch.floor(places).to(torch.int32))


def _nearest(x: Tensor, axis: int, places: Tensor) -> Tensor:
    return torch.index_select(x, axis, torch.floor(places + 0.5).clamp(max=x.shape[axis] - 1).to(torch.int32))


def _linear(x: Tensor, axis: int, places: Tensor) -> Tensor:
    below = torch.floor(places)
    above = torch.ceil(places)
    shape = [-1 if place == axis else 1 for place in range(x.ndim)]
    share = (places - below).reshape(shape)
    low = torch.index_select(x, axis, below.to(torch.int32))
    high = torch.index_select(x, axis, above.to(torch.int32))
    return (low * (1 - share) + high * share).to(x.dtype)
