"""PNG pictures without a library for them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTH, _INDEXED = 4, 3


def shades(values: NDArray[np.uint8], color: tuple[int, int, int]) -> bytes:
    """Return a picture of one color, the more opaque the higher the value, so that it suits light and dark pages.

    Args:
        values: [rows, columns] from 0, transparent, to 15, opaque.
        color: red, green and blue.
    """
    rows, columns = values.shape
    even = np.pad(values, ((0, 0), (0, columns % 2)))
    packed = (even[:, ::2] << 4) | even[:, 1::2]
    # Each line of a PNG begins with the number of its filter: 0, none.
    lines = np.pad(packed, ((0, 0), (1, 0))).astype(np.uint8).tobytes()
    header = struct.pack(">IIBBBBB", columns, rows, _DEPTH, _INDEXED, 0, 0, 0)
    opacities = bytes(value * 17 for value in range(1 << _DEPTH))
    chunks: list[tuple[bytes, Any]] = [
        (b"IHDR", header),
        (b"PLTE", bytes(color) * (1 << _DEPTH)),
        (b"tRNS", opacities),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
