"""Types of MIL values, in words and in bits."""

from __future__ import annotations

import math
import re
from typing import Any

from bertkit.coreml import proto

_BITS = {"BOOL": 8, "BFLOAT16": 16}


def data_type(tensor: Any) -> str:
    """Return the name of a `MIL_pb2.TensorType`'s element type; empty for one that does not exist."""
    values = proto.mil_pb2().DataType.DESCRIPTOR.values_by_number
    return str(values[tensor.dataType].name) if tensor.dataType in values else ""


def bits_of(name: str) -> int | None:
    """Return how many bits one element of a type takes in a file; None where that is not fixed."""
    if name in _BITS:
        return _BITS[name]
    digits = re.match(r"(?:U?INT|FLOAT)(\d+)", name)
    if digits is None:
        return None
    return 8 if name.startswith("FLOAT8") else int(digits[1])


def sizes_of(tensor: Any) -> list[int | None]:
    """Return the sizes of a tensor type; None for those that are not constant."""
    return [
        int(dimension.constant.size) if dimension.WhichOneof("dimension") == "constant" else None
        for dimension in tensor.dimensions
    ]


def count_of(tensor: Any) -> int | None:
    """Return how many elements a tensor has; None where a size is not constant."""
    sizes = [size for size in sizes_of(tensor) if size is not None]
    return math.prod(sizes) if len(sizes) == len(tensor.dimensions) else None
