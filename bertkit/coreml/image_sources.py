"""Pixels of what a caller passes as an image, and which way up they are; never more of them than memory bears."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
from numpy.typing import NDArray

from bertkit.dependencies import require
from bertkit.errors import BertkitError, FileError, InputError

Array = NDArray[Any]

MOST_PIXELS = 1 << 26

_UPRIGHT = 1
_ORIENTATION_TAG = 0x0112
_BYTES_OF_16_BITS = 257  # 65535 / 255


def read_source(name: str, source: object) -> tuple[Array, int]:
    """Return the pixels of an image, and how it is oriented.

    Args:
        name: of the input, for messages.
        source: see `bertkit.coreml.image_feature.ImageFeature`.

    Returns:
        [height, width, 1 or 3] numbers, red first, alpha left out; and the number of its orientation in Exif data, 1
        for what is upright or says nothing.

    Raises:
        InputError: it is no image, or has more than 67 million pixels.
        FileError: the file is not there or cannot be read.
        DependencyError: a file or bytes are given and Pillow is not installed.
    """
    if isinstance(source, str | Path):
        path = _path(name, source)
        if not path.is_file():
            raise FileError(f"There is no image at {path}. Check the path.")
        return _decoded(name, path, str(path), FileError)
    if isinstance(source, bytes | bytearray | memoryview):
        content = bytes(source)
        what = f'The input "{name}" must be an image: the {len(content)} bytes given'
        return _decoded(name, io.BytesIO(content), what, InputError)
    if hasattr(source, "convert") and hasattr(source, "getbands"):
        _check_size(name, *source.size)  # type: ignore[attr-defined]  # a Pillow image
        return _pixels_of(source), _UPRIGHT
    return _array(name, source), _UPRIGHT


def _path(name: str, source: str | Path) -> Path:
    url = urlsplit(str(source)) if str(source).startswith("file:") else None
    if url is None:
        return Path(source)
    if url.netloc not in ("", "localhost"):
        raise InputError(f'The input "{name}" is on another machine: {source}. Copy the image here first.')
    return Path(url2pathname(url.path))


def _decoded(name: str, file: Any, what: str, error_type: type[BertkitError]) -> tuple[Array, int]:
    pillow = require("PIL.Image", extra="images", purpose="read image files")
    try:
        with pillow.open(file) as image:
            _check_size(name, *image.size)
            image.load()  # before the Exif data: TIFF files are turned by Pillow itself, which drops the orientation
            orientation = image.getexif().get(_ORIENTATION_TAG, _UPRIGHT)
            pixels = _pixels_of(image)
    except BertkitError:
        raise
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        raise _too_large(name, str(error)) from error
    except Exception as error:  # decoders raise types of many kinds, none of which is documented
        raise error_type(f"{what} cannot be read as an image: {error}.") from error
    return pixels, orientation if orientation in range(1, 9) else _UPRIGHT


def _pixels_of(image: Any) -> Array:
    if image.mode.startswith("I;16"):
        return np.rint(np.asarray(image, dtype=np.float32) / _BYTES_OF_16_BITS)[:, :, np.newaxis]
    if image.mode in ("F", "I"):
        return np.asarray(image)[:, :, np.newaxis]
    if image.mode == "1" or image.getbands()[0] == "L":
        return np.asarray(image.convert("L"))[:, :, np.newaxis]
    return np.asarray(image.convert("RGB"))


def _array(name: str, source: object) -> Array:
    try:
        array = np.asarray(source)
    except (ValueError, TypeError) as error:
        raise _no_image(name, type(source).__name__) from error
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.dtype.kind not in "uif":
        raise _no_image(name, f"{type(source).__name__} of shape {list(np.shape(array))}")
    _check_size(name, array.shape[1], array.shape[0])
    return array[:, :, :3]


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_large(name, f"it is {width} x {height}")


def _too_large(name: str, reason: str) -> InputError:
    return InputError(
        f'The input "{name}" must be an image of at most {MOST_PIXELS:,} pixels, which keeps memory bounded; {reason}. '
        "Scale the image down first."
    )


def _no_image(name: str, got: str) -> InputError:
    return InputError(
        f'The input "{name}" must be an image: a path, a file: URL, the bytes of a file, a Pillow image, an array '
        f"[height, width] or [height, width, 3], or an ImageFeature of one; got {got}."
    )
