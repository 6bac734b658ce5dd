"""Images in another size: upsampled, resized, or cropped by boxes and resized."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import layer

Position = Tensor | float


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
    """Resize height and width, interpolating at the points that `mode` names; see `_GRIDS`."""
    sample = _GRIDS[_choice(mode, "sampling_method", "STRICT_ALIGN_ENDPOINTS_MODE")]
    for axis, count in zip((-2, -1), target_size, strict=True):
        size = x.shape[axis]
        numbers = torch.arange(count, dtype=torch.float32, device=x.device)
        points = sample(numbers, count, 0.0, size - 1.0).clamp(0, size - 1)
        lower = points.floor()
        share = (points - lower).reshape([-1] + [1] * (-1 - axis))
        before = lower.to(torch.int32)
        after = torch.clamp(before + 1, max=size - 1)
        x = torch.lerp(torch.index_select(x, axis, before), torch.index_select(x, axis, after), share)
    return x


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
        mode: the points that are interpolated; see `_GRIDS`.
        box_indices_mode: what the four coordinates are.
        spatial_scale: multiplied with the coordinates; 0 stands for 1.

    Returns:
        [n, batch or 1, channels, target_height, target_width].
    """
    coordinates = boxes.flatten(1)
    if coordinates.shape[1] == 5:
        x = x[0][coordinates[:, 0].long()].unsqueeze(1)
    rows, columns = _sides(coordinates[:, -4:], _choice(box_indices_mode, "box_mode", "CORNERS_HEIGHT_FIRST"))
    sample = _GRIDS[_choice(mode, "sampling_method", "STRICT_ALIGN_ENDPOINTS_MODE")]
    weights = []
    for (start, end), count, size in zip((rows, columns), target_size, x.shape[-2:], strict=True):
        scale = (spatial_scale or 1.0) * (size - 1 if normalized_coordinates else 1)
        numbers = torch.arange(count, dtype=torch.float32, device=x.device)
        points = sample(numbers, count, start.unsqueeze(-1) * scale, end.unsqueeze(-1) * scale).clamp(0, size - 1)
        places = torch.arange(size, dtype=torch.float32, device=x.device)
        tents = (1 - (points.unsqueeze(-1) - places).abs()).clamp(min=0)  # [n, count, size]
        weights.append(tents[:, None, None])
    return weights[0] @ x @ weights[1].transpose(-1, -2)


def _strict(numbers: Tensor, count: int, start: Position, end: Position) -> Tensor:
    return start + numbers * ((end - start) / max(count - 1, 1))


def _align(numbers: Tensor, count: int, start: Position, end: Position) -> Tensor:
    return numbers + (start + end) / 2 if count == 1 else _strict(numbers, count, start, end)


def _upsample(numbers: Tensor, count: int, start: Position, end: Position) -> Tensor:
    return _not_beyond(start + numbers * ((end - start + 1) / count), end)


def _region(numbers: Tensor, count: int, start: Position, end: Position) -> Tensor:
    length = end - start
    spacing = (length.clamp(min=1) if isinstance(length, Tensor) else max(1.0, length)) / count
    return _not_beyond(start + (numbers + 0.5) * spacing, end)


def _not_beyond(points: Tensor, end: Position) -> Tensor:
    return torch.minimum(points, end) if isinstance(end, Tensor) else points.clamp(max=end)


_GRIDS: dict[str, Callable[[Tensor, int, Position, Position], Tensor]] = {
    "STRICT_ALIGN_ENDPOINTS_MODE": _strict,  # from the first to the last place
    "ALIGN_ENDPOINTS_MODE": _align,  # the same, but a single point lies in the middle
    "UPSAMPLE_MODE": _upsample,  # at the start of equal parts
    "ROI_ALIGN_MODE": _region,  # in the middle of equal parts
}


def _sides(boxes: Tensor, mode: str) -> list[tuple[Tensor, Tensor]]:
    """Return the first and last place in height, then in width, of [n, 4] coordinates."""
    first, second = boxes[:, :2], boxes[:, 2:]
    if mode.startswith("CENTER_SIZE"):
        first, second = first - second / 2, first + second / 2
    sides = [(first[:, axis], second[:, axis]) for axis in range(2)]
    return sides if mode.endswith("HEIGHT_FIRST") else sides[::-1]


def _choice(message: Mapping[str, str] | None, field: str, default: str) -> str:
    return default if message is None else message.get(field, default)


def _times(size: int, factor: int | float) -> int:
    return size * int(factor) if factor == int(factor) else int(size * factor)
