"""Float32 values in a `WeightParams` message."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_TAG = b"\x0a"  # field 1 (floatValue), length-delimited


def write_floats(message: Any, array: NDArray[np.float32]) -> None:
    """Replace `floatValue` of a `NeuralNetwork_pb2.WeightParams`, and nothing else of it.

    The packed field is written as bytes: element by element a million weights would take seconds.
    """
    content = np.ascontiguousarray(array, dtype="<f4").tobytes()
    message.ClearField("floatValue")
    message.MergeFromString(_TAG + _varint(len(content)) + content)


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])
