"""Images turned upright, cropped and scaled, as arrays [height, width, channels]."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.image_feature import Scaling
from bertkit.dependencies import require

Array = NDArray[Any]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels

_DIGITS = 6  # of a pixel: what is written as a whole pixel is one
_THINNEST = 1e-3  # pixels

# What makes an image upright, by its orientation in Exif data: mirrored left to right, then quarter turns to the left.
_TURNS = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 2),
    4: (True, 2),
    5: (True, 1),
    6: (False, 3),
    7: (True, 3),
    8: (False, 1),
}


def upright(pixels: Array, orientation: int) -> Array:
    """Turn an image upright.

    Args:
        pixels: [height, width, channels].
        orientation: its number in Exif data, 1 to 8.
    """
    mirrored, quarters = _TURNS[orientation]
    return np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)


def box_of(pixels: Array, crop: tuple[float, float, float, float]) -> Box:
    """Return the part of an image that a crop (left, top, width, height as fractions) means; never quite nothing."""
    height, width = pixels.shape[:2]
    left, right = _between(crop[0] * width, (crop[0] + crop[2]) * width, width)
    top, bottom = _between(crop[1] * height, (crop[1] + crop[3]) * height, height)
    return left, top, right, bottom


def cropped(pixels: Array, box: Box) -> Array:
    """Return the pixels of a part, at least one, its borders rounded to whole pixels."""
    height, width = pixels.shape[:2]
    left, top = min(round(box[0]), width - 1), min(round(box[1]), height - 1)
    return pixels[top : max(round(box[3]), top + 1), left : max(round(box[2]), left + 1)]


def scaled(pixels: Array, box: Box, size: tuple[int, int], how: Scaling) -> Array:
    """Scale a part of an image, by linear interpolation that averages where it makes the image smaller.

    Args:
        pixels: [height, width, channels].
        box: the part.
        size: (width, height) of the result.
        how: see `ImageFeature.scale`.

    Returns:
        [height, width, channels] of the same type: uint8, or float32 for any other.

    Raises:
        DependencyError: Pillow is not installed.
    """
    if how == "fill":
        return _resized(pixels, box, size)
    if how == "center_crop":
        return _resized(pixels, _centered(box, size), size)
    ratio = min(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1]))
    inner = (_fitted((box[2] - box[0]) * ratio, size[0]), _fitted((box[3] - box[1]) * ratio, size[1]))
    image = _resized(pixels, box, inner)
    result = np.zeros((size[1], size[0], image.shape[2]), dtype=image.dtype)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    result[top : top + inner[1], left : left + inner[0]] = image
    return result


def _between(first: float, last: float, most: int) -> tuple[float, float]:
    first = min(round(first, _DIGITS), most - _THINNEST)
    return first, max(min(round(last, _DIGITS), most), first + _THINNEST)


def _centered(box: Box, size: tuple[int, int]) -> Box:
    """Return the largest part in the middle of `box` that has the proportions of `size`."""
    width, height = box[2] - box[0], box[3] - box[1]
    ratio = max(size[0] / width, size[1] / height)
    horizontal, vertical = (width - size[0] / ratio) / 2, (height - size[1] / ratio) / 2
    return box[0] + horizontal, box[1] + vertical, box[2] - horizontal, box[3] - vertical


def _fitted(length: float, most: int) -> int:
    return max(1, min(most, math.floor(length + 0.5)))


def _resized(pixels: Array, box: Box, size: tuple[int, int]) -> Array:
    left, top = max(math.floor(box[0]), 0), max(math.floor(box[1]), 0)
    pixels = pixels[top : math.ceil(box[3]), left : math.ceil(box[2])]  # what lies outside must not blend in
    height, width = pixels.shape[:2]
    inside = (max(box[0] - left, 0), max(box[1] - top, 0), min(box[2] - left, width), min(box[3] - top, height))
    is_whole = [*inside] == [0, 0, width, height]
    if is_whole and size == (width, height):
        return pixels
    pillow = require("PIL.Image", extra="images", purpose="scale images")
    planes = pixels if pixels.dtype == np.uint8 else pixels.astype(np.float32)
    bands = [pillow.fromarray(np.ascontiguousarray(planes[:, :, band])) for band in range(planes.shape[2])]
    return np.stack([np.asarray(band.resize(size, pillow.Resampling.BILINEAR, inside)) for band in bands], axis=2)
