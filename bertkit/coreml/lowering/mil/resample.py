"""Images sampled at arbitrary positions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.resize import positions
from bertkit.coreml.lowering.registry import op


@op("resample")
def resample(
    x: Tensor,
    coordinates: Tensor,
    sampling_mode: str,
    padding_mode: str,
    padding_value: float,
    coordinates_mode: str,
    align_corners: bool,
) -> Tensor:
    """Sample images.

    Args:
        x: [batch, channels, height, width].
        coordinates: [batch, rows, columns, 2]: where each value is taken, as (across, down).
        sampling_mode: `bilinear` or `nearest`.
        padding_mode: what lies outside the image: `constant`, `border` (the edge), `reflection` (the image mirrored at
            the middle of the edge's elements) or `symmetric` (mirrored at their outer side).
        padding_value: what lies outside with `constant`.
        coordinates_mode: `unnormalized` counts elements, `normalized_zero_to_one` and `normalized_minus_one_to_one`
            give the image that range.
        align_corners: normalized ranges end in the middle of the edge's elements, else at their outer side.

    Returns:
        [batch, channels, rows, columns].
    """
    height, width = x.shape[-2:]
    across = _in_elements(coordinates[..., 0].to(x.dtype), width, coordinates_mode, align_corners)
    down = _in_elements(coordinates[..., 1].to(x.dtype), height, coordinates_mode, align_corners)
    return _sampled(x, down, across, sampling_mode.lower(), padding_mode.lower(), padding_value)


@op("affine")
def affine(
    x: Tensor,
    transform_matrix: Tensor,
    output_height: int,
    output_width: int,
    sampling_mode: str,
    padding_mode: str,
    padding_value: float,
    coordinates_mode: str,
    align_corners: bool,
) -> Tensor:
    """Sample images at positions that an affine map gives.

    Args:
        x: [batch, channels, height, width].
        transform_matrix: [batch or 1, 6]: a0, a1, a2, b0, b1, b2; the value at (across, down) is taken from
            (a0 * across + a1 * down + a2, b0 * across + b1 * down + b2).
        output_height: number of rows of the result.
        output_width: number of columns of the result.
        sampling_mode: see `resample`; so are the other arguments.
        padding_mode: see `resample`.
        padding_value: see `resample`.
        coordinates_mode: see `resample`.
        align_corners: see `resample`.
    """
    down = _in_range(output_height, coordinates_mode, align_corners).to(x.device).reshape(1, -1, 1)
    across = _in_range(output_width, coordinates_mode, align_corners).to(x.device).reshape(1, 1, -1)
    a0, a1, a2, b0, b1, b2 = transform_matrix.reshape(-1, 6, 1, 1).unbind(1)
    places = torch.stack([a0 * across + a1 * down + a2, b0 * across + b1 * down + b2], -1)
    places = places.expand(x.shape[0], -1, -1, -1)
    return resample(x, places, sampling_mode, padding_mode, padding_value, coordinates_mode, align_corners)


@op("crop_resize")
def crop_resize_by_regions(
    x: Tensor,
    roi: Tensor,
    target_height: int = 1,
    target_width: int = 1,
    normalized_coordinates: bool = False,
    spatial_scale: float = 1.0,
    box_coordinate_mode: str = "CORNERS_HEIGHT_FIRST",
    sampling_mode: str = "DEFAULT",
    pad_value: float = 0.0,
) -> Tensor:
    """Cut boxes out of images and give them one size.

    Args:
        x: [batch, channels, height, width].
        roi: [n, 1, 4, 1, 1], boxes to cut out of every image, or [n, 1, 5, 1, 1], which begin with an image's index.
        target_height: of each piece.
        target_width: of each piece.
        normalized_coordinates: see `crop_resize`; so are the other arguments.
        spatial_scale: see `crop_resize`.
        box_coordinate_mode: see `crop_resize`.
        sampling_mode: see `crop_resize`.
        pad_value: see `crop_resize`.

    Returns:
        [n, batch, channels, target_height, target_width], or [n, 1, ...] where the boxes name their image.
    """
    boxes = roi.reshape(roi.shape[0], roi.shape[2])
    count, batch = boxes.shape[0], x.shape[0]
    arguments = (target_height, target_width, normalized_coordinates, spatial_scale, box_coordinate_mode)
    if boxes.shape[1] == 5:
        pieces = crop_resize(x, boxes[:, 1:], boxes[:, 0].to(torch.int32), *arguments, sampling_mode, pad_value)
        return pieces.unsqueeze(1)
    images = torch.arange(batch, device=x.device).repeat(count)
    pieces = crop_resize(x, boxes.repeat_interleave(batch, 0), images, *arguments, sampling_mode, pad_value)
    return pieces.reshape(count, batch, *pieces.shape[1:])


@op("crop_resize", since="iOS17")
def crop_resize(
    x: Tensor,
    boxes: Tensor,
    box_indices: Tensor | None = None,
    target_height: int = 1,
    target_width: int = 1,
    normalized_coordinates: bool = False,
    spatial_scale: float = 1.0,
    box_coordinate_mode: str = "CORNERS_HEIGHT_FIRST",
    sampling_mode: str = "DEFAULT",
    pad_value: float = 0.0,
) -> Tensor:
    """Cut boxes out of images and give them one size, with linear interpolation.

    Args:
        x: [batch, channels, height, width].
        boxes: [n, 4].
        box_indices: [n], the image each box is cut out of; by default 0, 1, ...
        target_height: of each piece.
        target_width: of each piece.
        normalized_coordinates: 1 is the last element of an axis, else elements are counted.
        spatial_scale: the coordinates are multiplied by it.
        box_coordinate_mode: `CORNERS_HEIGHT_FIRST`: top, left, bottom, right. `CENTER_SIZE_HEIGHT_FIRST`: the center
            down and across, height, width. With `WIDTH` for `HEIGHT` each pair is exchanged.
        sampling_mode: see `positions` in `resize`, for the box from its first to its last element.
        pad_value: what lies outside the image.

    Returns:
        [n, channels, target_height, target_width].
    """
    first, second = corners(boxes.to(x.dtype) * spatial_scale, box_coordinate_mode)
    if normalized_coordinates:
        limits = torch.stack([torch.scalar_tensor(size - 1, device=x.device) for size in x.shape[-2:]])
        first, second = first * limits, second * limits
    down, across = (
        first[:, axis, None] + positions(sampling_mode, second[:, axis] - first[:, axis] + 1, count)
        for axis, count in enumerate((target_height, target_width))
    )
    images = x[: boxes.shape[0]] if box_indices is None else torch.index_select(x, 0, box_indices.to(torch.int32))
    grid = (down.unsqueeze(2).expand(-1, -1, target_width), across.unsqueeze(1).expand(-1, target_height, -1))
    sampled = _sampled(images, *grid, "bilinear", "border", 0.0)
    outside = ~(_within(grid[0], x.shape[-2]) & _within(grid[1], x.shape[-1]))
    return torch.where(outside.unsqueeze(1), torch.full_like(sampled, pad_value), sampled)


def corners(boxes: Tensor, mode: str) -> tuple[Tensor, Tensor]:
    """Return the first and the last corner of boxes [n, 4], each [n, 2], down and across; see `crop_resize`."""
    first, second = torch.split(boxes, 2, -1)
    if mode.startswith("CENTER_SIZE"):
        first, second = first - second / 2, first + second / 2
    return (first.flip(-1), second.flip(-1)) if mode.endswith("WIDTH_FIRST") else (first, second)


def _sampled(x: Tensor, down: Tensor, across: Tensor, sampling: str, padding: str, value: float) -> Tensor:
    """Sample x [batch, channels, height, width] at `down` and `across` [batch, rows, columns], in elements."""
    if sampling == "nearest":
        return _picked(x, torch.floor(down + 0.5), torch.floor(across + 0.5), padding, value)
    top, left = torch.floor(down), torch.floor(across)
    below, right = (down - top).unsqueeze(1), (across - left).unsqueeze(1)
    upper = _picked(x, top, left, padding, value) * (1 - right) + _picked(x, top, left + 1, padding, value) * right
    top = top + 1
    lower = _picked(x, top, left, padding, value) * (1 - right) + _picked(x, top, left + 1, padding, value) * right
    return upper * (1 - below) + lower * below


def _picked(x: Tensor, rows: Tensor, columns: Tensor, padding: str, value: float) -> Tensor:
    """Pick the elements at whole positions, which may lie outside the image."""
    batch, channels, height, width = x.shape
    outside = _OUTSIDE[padding]
    places = outside(rows, height) * width + outside(columns, width)  # [batch, rows, columns]
    flat = places.reshape(batch, 1, -1).long().expand(-1, channels, -1)
    picked = torch.gather(x.reshape(batch, channels, -1), 2, flat).reshape(batch, channels, *places.shape[1:])
    if padding != "constant":
        return picked
    inside = (_within(rows, height) & _within(columns, width)).unsqueeze(1)
    return torch.where(inside, picked, torch.full_like(picked, value))


def _within(places: Tensor, size: int) -> Tensor:
    return (places >= 0) & (places <= size - 1)


def _clamped(places: Tensor, size: int) -> Tensor:
    return torch.clamp(places, 0, size - 1)


def _reflected(places: Tensor, size: int) -> Tensor:
    way = max(size - 1, 1)
    return _clamped(way - (torch.remainder(places, 2 * way) - way).abs(), size)


def _mirrored(places: Tensor, size: int) -> Tensor:
    around = torch.remainder(places, 2 * size)
    return torch.minimum(around, 2 * size - 1 - around)


_OUTSIDE: dict[str, Callable[[Tensor, int], Tensor]] = {
    "constant": _clamped,
    "border": _clamped,
    "reflection": _reflected,
    "symmetric": _mirrored,
}


def _in_elements(places: Tensor, size: int, mode: str, align_corners: bool) -> Tensor:
    """Turn normalized positions along an axis of `size` into positions counted in elements."""
    if mode == "unnormalized":
        return places
    share = (places + 1) / 2 if mode == "normalized_minus_one_to_one" else places
    return share * (size - 1) if align_corners else share * size - 0.5


def _in_range(size: int, mode: str, align_corners: bool) -> Tensor:
    """Return the positions of the elements of an axis of `size`; undoes `_in_elements`."""
    steps = torch.arange(size, dtype=torch.float32)
    if mode == "unnormalized":
        return steps
    share = steps / max(size - 1, 1) if align_corners else (steps + 0.5) / size
    return share * 2 - 1 if mode == "normalized_minus_one_to_one" else share
