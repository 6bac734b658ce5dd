"""Images as networks compute with them, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.features import Image
from bertkit.coreml.image_feature import ImageFeature
from bertkit.coreml.image_geometry import box_of, cropped, scaled, upright
from bertkit.coreml.image_sources import MOST_PIXELS, read_source
from bertkit.dependencies import require
from bertkit.errors import InputError, ModelError

Array = NDArray[Any]

_LUMINANCE = np.array([299, 587, 114], dtype=np.float64) / 1000  # ITU-R 601, as Pillow and Core Image take it
_LARGEST = 255
_HALF = "GRAYSCALE_FLOAT16"


def channels_of(image: Image) -> int:
    """Return how many channels the images of a feature have: 1 or 3."""
    return 1 if image.color_space.startswith("GRAYSCALE") else 3


def image_array(name: str, image: Image, value: object) -> Array:
    """Turn an image into what a network computes with.

    Args:
        name: of the input, for messages.
        image: its size and colors.
        value: an `ImageFeature`, which may be turned, cropped and scaled; or anything that is a source of one, which
            must have a size that the model takes.

    Returns:
        [channels, height, width] float32 of 0 to 255, in the model's order of colors; of `GRAYSCALE_FLOAT16` any values
        that float16 holds.

    Raises:
        InputError: it is no image, of another size, or too large.
        FileError: the file cannot be read.
        DependencyError: a file is given, or it must be scaled, and Pillow is not installed.
    """
    feature = value if isinstance(value, ImageFeature) else ImageFeature(value, scale=None)
    pixels, orientation = read_source(name, feature.source)
    if 0 in pixels.shape:
        raise InputError(f'The input "{name}" must be an {image}, got an image without pixels.')
    _check_values(name, image, pixels)
    given = feature.exif_orientation
    pixels = upright(pixels, orientation if given is None else given)
    return _in_colors(_in_size(name, image, pixels, feature), image)


def image_output(name: str, image: Image, value: Array) -> Array:
    """Turn what a network computed into the image that the model declares.

    Args:
        name: of the output, for messages.
        image: its colors.
        value: [..., channels, height, width] float32, axes of size 1 in front.

    Returns:
        [height, width, 3] uint8, red first; [height, width] uint8 of a gray image, float16 of `GRAYSCALE_FLOAT16`.
        Values are rounded and limited to 0 to 255. `PIL.Image.fromarray` takes the ones of uint8.

    Raises:
        ModelError: the value has other axes than an image of these colors.
    """
    channels = channels_of(image)
    if value.ndim < 3 or value.shape[-3] != channels or value.size != np.prod(value.shape[-3:]):
        raise ModelError(
            f'The output "{name}" is declared an {image}, and the model returns an array of shape {list(value.shape)}; '
            f"wanted [{channels}, height, width]."
        )
    planes: Array = value.reshape(value.shape[-3:])
    if image.color_space == _HALF:
        half: Array = planes[0].astype(np.float16)
        return half
    pixels: Array = np.clip(np.rint(planes), 0, _LARGEST).astype(np.uint8)
    if channels == 1:
        gray: Array = pixels[0]
        return gray
    ordered = pixels[::-1] if image.color_space == "BGR" else pixels
    return np.ascontiguousarray(ordered.transpose(1, 2, 0))


def as_pillow(array: Array) -> Any:
    """Return an image output as a Pillow image: of mode RGB, L, or F for float16.

    Raises:
        DependencyError: Pillow is not installed.
    """
    pillow = require("PIL.Image", extra="images", purpose="return images")
    return pillow.fromarray(array.astype(np.float32) if array.dtype == np.float16 else array)


def allows_size(image: Image, width: int, height: int) -> bool:
    """Say whether a model takes images of this size."""
    if (width, height) in ((image.width, image.height), *image.sizes):
        return True
    if image.width_range is None or image.height_range is None:
        return False
    return all(
        least <= size and (most is None or size <= most)
        for size, (least, most) in ((width, image.width_range), (height, image.height_range))
    )


def _check_values(name: str, image: Image, pixels: Array) -> None:
    if image.color_space == _HALF:
        if not np.abs(pixels).max() <= np.finfo(np.float16).max:
            raise InputError(f'The input "{name}" must hold values that float16 holds; got {pixels.max()}.')
    elif not (pixels.min() >= 0 and pixels.max() <= _LARGEST):
        raise InputError(f'The input "{name}" must hold values from 0 to 255; got {pixels.min()} to {pixels.max()}.')


def _in_size(name: str, image: Image, pixels: Array, feature: ImageFeature) -> Array:
    box = box_of(pixels, feature.crop)
    part = cropped(pixels, box)
    own = (part.shape[1], part.shape[0])
    if feature.scale is None:
        if not allows_size(image, *own) or feature.size not in (None, own):
            raise InputError(
                f'The input "{name}" must be an {_wanted(image, feature)}, got {own[0]} x {own[1]}. Resize the image, '
                "or pass an ImageFeature, which does."
            )
        return part
    default = own if allows_size(image, *own) else (image.width, image.height)
    size = default if feature.size is None else feature.size
    if not allows_size(image, *size):
        raise InputError(f'The input "{name}" must be an {image}, and is to be scaled to {size[0]} x {size[1]}.')
    if size[0] * size[1] > MOST_PIXELS:
        raise InputError(
            f'The input "{name}" is an {image}; images of more than {MOST_PIXELS:,} pixels are not made, to keep '
            "memory bounded. Pass a smaller size, if the model takes one."
        )
    return scaled(pixels, box, size, feature.scale)


def _wanted(image: Image, feature: ImageFeature) -> str:
    return (
        str(image)
        if feature.size is None
        else f"{image.kind} {image.color_space} {feature.size[0]} x {feature.size[1]}"
    )


def _in_colors(pixels: Array, image: Image) -> Array:
    if channels_of(image) == 1:
        gray = pixels[:, :, 0] if pixels.shape[2] == 1 else pixels @ _LUMINANCE
        if image.color_space == _HALF:
            gray = gray.astype(np.float16)
        elif pixels.shape[2] == 3:
            gray = np.rint(gray)
        return np.ascontiguousarray(gray[np.newaxis], dtype=np.float32)
    colors = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    ordered = colors[:, :, ::-1] if image.color_space == "BGR" else colors
    return np.ascontiguousarray(ordered.transpose(2, 0, 1), dtype=np.float32)
