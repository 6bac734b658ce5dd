"""Images in another size: upsampled, resized, or cropped by boxes and resized."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil import resize
from bertkit.coreml.lowering.mil.resample import corners
from bertkit.coreml.lowering.registry import layer

_SAMPLING = {
    "STRICT_ALIGN_ENDPOINTS_MODE": "STRICT_ALIGN_CORNERS",
    "ALIGN_ENDPOINTS_MODE": "ALIGN_CORNERS",
    "UPSAMPLE_MODE": "DEFAULT",
    "ROI_ALIGN_MODE": "OFFSET_CORNERS",
}
_NOT_BEYOND = ("DEFAULT", "OFFSET_CORNERS")  # no point lies behind the box


@layer("upsample")
def upsample(
    x: Tensor,
    *,
    scaling_factor: Sequence[int] = (),
    fractional_scaling_factor: Sequence[float] = (),
    mode: str = "NN",
    linear_upsample_mode: str = "DEFAULT",
) -> Tensor:
    """Enlarge height and width.

    Args:
        x: [..., channels, height, width].
        scaling_factor: of height and width; 1 by default.
        fractional_scaling_factor: the same as fractions; the new size is rounded down.
        mode: `NN` repeats values, `BILINEAR` interpolates.
        linear_upsample_mode: where the new points lie: `ALIGN_CORNERS_TRUE` from the first to the last one,
            `ALIGN_CORNERS_FALSE` in the middle of equal parts, `DEFAULT` at the start of equal parts.
    """
    factors = fractional_scaling_factor or scaling_factor or (1, 1)
    height, width = (_times(size, factor) for size, factor in zip(x.shape[-2:], factors, strict=True))
    if mode == "BILINEAR" and linear_upsample_mode == "DEFAULT":
        return resize_bilinear(x, target_size=(height, width), mode={"sampling_method": "UPSAMPLE_MODE"})
    batch = x.reshape(-1, *x.shape[-3:])
    if mode == "NN":
        enlarged = functional.interpolate(batch, size=(height, width), mode="nearest")
    else:
        corners = linear_upsample_mode == "ALIGN_CORNERS_TRUE"
        enlarged = functional.interpolate(batch, size=(height, width), mode="bilinear", align_corners=corners)
    return enlarged.reshape(*x.shape[:-2], height, width)


@layer("resizeBilinear")
def resize_bilinear(x: Tensor, *, target_size: Sequence[int] = (1, 1), mode: Mapping[str, str] | None = None) -> Tensor:
    """Resize height and width, interpolating at the points that `mode` names; see `_SAMPLING`."""
    height, width = target_size
    return resize.resize_bilinear(x, height, width, _sampling(mode))


@layer("cropResize")
def crop_resize(
    x: Tensor,
    boxes: Tensor,
    *,
    target_size: Sequence[int] = (1, 1),
    normalized_coordinates: bool = False,
    mode: Mapping[str, str] | None = None,
    box_indices_mode: Mapping[str, str] | None = None,
    spatial_scale: float = 0.0,
) -> Tensor:
    """Cut boxes out of images and resize each.

    Args:
        x: [1, batch, channels, height, width].
        boxes: [n, 1, 4, 1, 1], or [n, 1, 5, 1, 1] where the first value is the image that the box is cut out of.
        target_size: height and width of the results.
        normalized_coordinates: boxes are given from 0 to 1.
        mode: the points that are interpolated; see `_SAMPLING`.
        box_indices_mode: what the four coordinates are.
        spatial_scale: multiplied with the coordinates; 0 stands for 1.

    Returns:
        [n, batch or 1, channels, target_height, target_width].
    """
    coordinates = boxes.flatten(1)
    if coordinates.shape[1] == 5:
        x = x[0][coordinates[:, 0].long()].unsqueeze(1)
    box_mode = _choice(box_indices_mode, "box_mode", "CORNERS_HEIGHT_FIRST")
    first, last = corners(coordinates[:, -4:], box_mode)
    sampling = _sampling(mode)
    weights = []
    for axis, (count, size) in enumerate(zip(target_size, x.shape[-2:], strict=True)):
        scale = (spatial_scale or 1.0) * (size - 1 if normalized_coordinates else 1)
        start, end = first[:, axis] * scale, last[:, axis] * scale
        points = start.unsqueeze(-1) + resize.positions(sampling, end - start + 1, count)
        points = torch.minimum(points, end.unsqueeze(-1)) if sampling in _NOT_BEYOND else points
        points = points.clamp(0, size - 1)
        places = torch.arange(size, dtype=torch.float32, device=x.device)
        tents = (1 - (points.unsqueeze(-1) - places).abs()).clamp(min=0)  # [n, count, size]
        weights.append(tents[:, None, None])
    return weights[0] @ x @ weights[1].transpose(-1, -2)


def _sampling(mode: Mapping[str, str] | None) -> str:
    return _SAMPLING[_choice(mode, "sampling_method", "STRICT_ALIGN_ENDPOINTS_MODE")]


def _choice(message: Mapping[str, str] | None, field: str, default: str) -> str:
    return default if message is None else message.get(field, default)


def _times(size: int, factor: int | float) -> int:
    return size * int(factor) if factor == int(factor) else int(size * factor)
