"""The values of an ML Program, immediate or in the weight file, as numpy arrays."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml import proto
from bertkit.coreml.package import Package
from bertkit.coreml.weights import sign_extend_4_bits, unpack_bits
from bertkit.errors import ModelError, UnsupportedError

Array = NDArray[Any]

_DTYPES: Mapping[str, Any] = {
    "BOOL": np.bool_,
    "STRING": np.object_,
    "FLOAT16": np.float16,
    "FLOAT32": np.float32,
    "FLOAT64": np.float64,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
}
_SUB_BYTE_BITS = {"INT4": 4, "UINT1": 1, "UINT2": 2, "UINT3": 3, "UINT4": 4, "UINT6": 6}


def read_value(package: Package, value: Any, place: str) -> tuple[Hashable, Array]:
    """Read one `MIL_pb2.Value`.

    Args:
        package: where the weight file is.
        value: the message.
        place: what it belongs to, for messages.

    Returns:
        A key that is equal for values stored once, and the array in the shape that the file declares.

    Raises:
        ModelError: the stored values do not fill the declared shape.
        UnsupportedError: the value's type is not supported.
    """
    if value.WhichOneof("value") == "blobFileValue":
        blob = value.blobFileValue
        key: Hashable = (blob.fileName, blob.offset, value.type.SerializeToString(deterministic=True))
        return key, _shaped(package.weight(blob.fileName, blob.offset), value, place)
    return object(), _read_immediate(value, place)


def _data_type(value_type: Any) -> str:
    """Return the name of a tensor type's data type, for example `FLOAT16`; empty for other types."""
    if value_type.WhichOneof("type") != "tensorType":
        return ""
    return str(proto.mil_pb2().DataType.Name(value_type.tensorType.dataType))


def _read_immediate(value: Any, place: str) -> Array:
    immediate = value.immediateValue
    kind = immediate.WhichOneof("value")
    if kind == "list":
        return np.array([_read_immediate(item, place).item() for item in immediate.list.values], dtype=np.object_)
    if kind != "tensor":
        raise UnsupportedError(f'{place} holds a constant of kind "{kind}"; only tensors and lists are supported.')
    field = immediate.tensor.WhichOneof("value")
    name = _data_type(value.type)
    if field == "bytes":
        return _shaped(_from_bytes(immediate.tensor.bytes.values, name, value, place), value, place)
    values = [] if field is None else list(getattr(immediate.tensor, field).values)
    return _shaped(np.array(values, dtype=_dtype(name, place)), value, place)


def _from_bytes(content: bytes, name: str, value: Any, place: str) -> Array:
    if name not in _SUB_BYTE_BITS:
        return np.frombuffer(content, dtype=_dtype(name, place))
    unpacked = unpack_bits(np.frombuffer(content, dtype=np.uint8), _SUB_BYTE_BITS[name], int(np.prod(_shape(value))))
    return sign_extend_4_bits(unpacked) if name == "INT4" else unpacked


def _dtype(name: str, place: str) -> Any:
    if name not in _DTYPES:
        raise UnsupportedError(f"{place} holds a constant of type {name}; available: {', '.join(_DTYPES)}.")
    return _DTYPES[name]


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(dimension.constant.size for dimension in value.type.tensorType.dimensions)


def _shaped(flat: Array, value: Any, place: str) -> Array:
    shape = _shape(value)
    if flat.size != int(np.prod(shape)):
        raise ModelError(f"{place} declares a constant of shape {shape}, but {flat.size} values are stored for it.")
    return flat.reshape(shape)
