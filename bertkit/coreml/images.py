"""Images as arrays: from a file, a Pillow image or an array, in the size and the colors that a model takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.features import Image
from bertkit.dependencies import require
from bertkit.errors import FileError, InputError

Array = NDArray[Any]

_LUMINANCE = np.array([299, 587, 114], dtype=np.float64) / 1000  # ITU-R 601, as Pillow and Core Image take it
_LARGEST = 255


def channels_of(image: Image) -> int:
    """Return how many channels the images of a feature have: 1 or 3."""
    return 1 if image.color_space.startswith("GRAYSCALE") else 3


def image_array(name: str, image: Image, value: object) -> Array:
    """Turn an image into what a network computes with.

    Args:
        name: of the input, for messages.
        image: its size and colors.
        value: the path of an image file, which is turned as its Exif data say; a Pillow image; or an array of 0 to 255,
            [height, width] or [height, width, 3 or 4] in the order red, green, blue (and alpha, which is left out).

    Returns:
        [channels, height, width] float32 of 0 to 255, in the model's order of colors.

    Raises:
        InputError: it is no image, or of another size.
        FileError: the file cannot be read.
        DependencyError: a file is given and Pillow is not installed.
    """
    pixels = _pixels(name, value)
    height, width = pixels.shape[:2]
    if not allows_size(image, width, height):
        raise InputError(f'The input "{name}" must be an {image}, got {width} x {height}. Resize the image.')
    return _in_colors(pixels, image)


def resized(image: Image, path: Path) -> Any:
    """Read an image file in the size that a model takes, stretched to fill it.

    Returns:
        A Pillow image.

    Raises:
        FileError: the file cannot be read.
        DependencyError: Pillow is not installed.
    """
    return _opened(path).convert("RGB").resize((image.width, image.height))


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


def _pixels(name: str, value: object) -> Array:
    """Return [height, width, 1 or 3], red first."""
    if isinstance(value, (str, Path)):
        value = _opened(Path(value))
    if hasattr(value, "convert") and hasattr(value, "getbands"):
        value = value.convert("L" if value.getbands() in (("L",), ("1",)) else "RGB")
    array = np.asarray(value)
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.dtype.kind not in "uif":
        shape = list(np.shape(array))
        raise InputError(
            f'The input "{name}" must be an image: a path, a Pillow image, or an array [height, width] or [height, '
            f"width, 3]; got {type(value).__name__} of shape {shape}."
        )
    if array.size and not (array.min() >= 0 and array.max() <= _LARGEST):
        raise InputError(f'The input "{name}" must hold values from 0 to 255; got {array.min()} to {array.max()}.')
    return array[:, :, :3]


def _in_colors(pixels: Array, image: Image) -> Array:
    if channels_of(image) == 1:
        gray = pixels[:, :, 0] if pixels.shape[2] == 1 else np.rint(pixels @ _LUMINANCE)
        return np.ascontiguousarray(gray[np.newaxis], dtype=np.float32)
    colors = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    ordered = colors[:, :, ::-1] if image.color_space == "BGR" else colors
    return np.ascontiguousarray(ordered.transpose(2, 0, 1), dtype=np.float32)


def _opened(path: Path) -> Any:
    pillow = require("PIL.Image", extra="images", purpose="read image files")
    operations = require("PIL.ImageOps", extra="images", purpose="read image files")
    if not path.is_file():
        raise FileError(f"There is no image at {path}. Check the path.")
    try:
        with pillow.open(path) as image:
            return operations.exif_transpose(image)
    except OSError as error:
        raise FileError(f"{path} cannot be read as an image: {error}.") from error
