"""The blob storage format of `weight.bin`: the constants of an ML Program, read through a memory map.

The file is a 64-byte header (number of blobs, format version 2) followed by pairs of a 64-byte record and its data,
both aligned to 64 bytes. A record holds a sentinel, the data type, the size in bytes, the offset of the data and the
number of unused bits at its end. A program refers to a blob by the offset of its record.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import FileError, ModelError, UnsupportedError

Array = NDArray[Any]

_RELEASED_BYTES = 1 << 20
_ALIGNMENT = 64
_VERSION = 2
_SENTINEL = 0xDEADBEEF
_HEADER = struct.Struct("<II")
_RECORD = struct.Struct("<IIQQQ")

_FLOAT8 = {16: "float8 e4m3fn", 17: "float8 e5m2"}
_BFLOAT16 = 5
_WHOLE_BYTES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f2"),
    2: np.dtype("<f4"),
    3: np.dtype("u1"),
    4: np.dtype("i1"),
    6: np.dtype("<i2"),
    7: np.dtype("<u2"),
    14: np.dtype("<i4"),
    15: np.dtype("<u4"),
}
_SUB_BYTE_BITS = {8: 4, 9: 1, 10: 2, 11: 4, 12: 3, 13: 6}
_SIGNED_4_BITS = 8


class Record(NamedTuple):
    """What a weight file says of one blob.

    Attributes:
        sentinel: marks the beginning of a record.
        data_type: number of the type of the values.
        size_bytes: of the values.
        offset: byte at which the values begin.
        unused_bits: at the end of the values.
    """

    sentinel: int
    data_type: int
    size_bytes: int
    offset: int
    unused_bits: int

    @property
    def end(self) -> int:
        """The byte after the values."""
        return self.offset + self.size_bytes

    @property
    def bits(self) -> int:
        """The size of the values in bits."""
        return self.size_bytes * 8 - self.unused_bits


class BlobFile:
    """One open `weight.bin`. Arrays are views of the map wherever the type allows, and are never writable.

    Args:
        path: the file.

    Raises:
        FileError: the file is missing, is not in blob storage format, or ends before its last blob does.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._size_bytes = os.fstat(file.fileno()).st_size
                if self._size_bytes < _ALIGNMENT:
                    raise self._truncated(_ALIGNMENT)
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError as error:
            raise FileError(f"The weight file {path} is missing. Copy the whole .mlpackage folder again.") from error
        except OSError as error:
            raise FileError(f"The weight file {path} cannot be read: {error}.") from error
        self.count = self._read_header()
        self._check_complete()

    def read(self, offset: int) -> Array:
        """Return the values of the blob whose record begins at `offset`.

        Returns:
            [elements], flat: float16, float32, int8, uint8, int16, uint16, int32 or uint32 as stored; bfloat16 widened
            to float32; 4-bit signed integers as int8 and 1-, 2-, 3-, 4- and 6-bit unsigned ones as uint8.

        Raises:
            FileError: the blob lies outside the file.
            ModelError: there is no blob at `offset`, or its size does not fit its type.
            UnsupportedError: the blob's data type has no equivalent here.
        """
        return self._decode(self.locate(offset))

    def locate(self, offset: int) -> Record:
        """Find the blob whose record begins at `offset`, without touching its values.

        Raises:
            FileError: the blob lies outside the file.
            ModelError: there is no blob at `offset`.
        """
        if offset + _ALIGNMENT > self._size_bytes:
            raise self._truncated(offset + _ALIGNMENT)
        record = self._record(offset)
        if record.sentinel != _SENTINEL:
            raise ModelError(
                f"The program refers to a constant at byte {offset} of {self.path}, but no blob begins there. "
                "The weight file and the specification do not belong together."
            )
        if record.end > self._size_bytes:
            raise self._truncated(record.end)
        return record

    def _decode(self, record: Record) -> Array:
        if record.data_type in _SUB_BYTE_BITS:
            bits = _SUB_BYTE_BITS[record.data_type]
            count = (record.size_bytes * 8 - record.unused_bits) // bits
            values = unpack_bits(self._view(record, np.dtype("u1")), bits, count)
            return sign_extend_4_bits(values) if record.data_type == _SIGNED_4_BITS else values
        if record.data_type == _BFLOAT16:
            return (self._view(record, np.dtype("<u2")).astype(np.uint32) << 16).view(np.float32)
        if record.data_type in _WHOLE_BYTES:
            return self._view(record, _WHOLE_BYTES[record.data_type])
        name = _FLOAT8.get(record.data_type, f"number {record.data_type}")
        raise UnsupportedError(
            f"{self.path} holds a constant of data type {name}, which is not supported. "
            "Convert the model again with float16 or integer weights."
        )

    def _view(self, record: Record, dtype: np.dtype[Any]) -> Array:
        count, rest = divmod(record.size_bytes, dtype.itemsize)
        if rest:
            raise ModelError(
                f"{self.path}: a blob of {dtype} has {record.size_bytes} bytes, not {dtype.itemsize} each."
            )
        return np.frombuffer(self._map, dtype=dtype, count=count, offset=record.offset)

    def _read_header(self) -> int:
        count, version = _HEADER.unpack_from(self._map)
        if version != _VERSION:
            raise FileError(
                f"{self.path} is not a weight file of an ML Program: format version {version}, wanted {_VERSION}."
            )
        return int(count)

    def _check_complete(self) -> None:
        """Walk the records in file order; other writers may leave gaps, so a missing sentinel only ends the walk."""
        position = _ALIGNMENT
        for _ in range(self.count):
            if position + _ALIGNMENT > self._size_bytes:
                raise self._truncated(position + _ALIGNMENT)
            record = self._record(position)
            if record.sentinel != _SENTINEL or record.offset < position:
                return
            if record.end > self._size_bytes:
                raise self._truncated(record.end)
            position = -(-record.end // _ALIGNMENT) * _ALIGNMENT

    def _record(self, offset: int) -> Record:
        return Record(*_RECORD.unpack_from(self._map, offset))

    def _truncated(self, wanted_bytes: int) -> FileError:
        return FileError(
            f"The weight file {self.path} is truncated: {wanted_bytes} bytes are needed, it has {self._size_bytes}. "
            "Copy or download it again."
        )


def unpack_bits(data: NDArray[np.uint8], bits: int, count: int) -> NDArray[np.uint8]:
    """Unpack unsigned integers that lie one after another, the least significant bit first.

    Args:
        data: [bytes] uint8.
        bits: width of one value, 1 to 8.
        count: number of values; `data` holds at least as many.

    Returns:
        [count] uint8.

    Raises:
        ModelError: `data` is too short.
    """
    if count < 0 or count * bits > data.size * 8:
        raise ModelError(f"{count} values of {bits} bits need {count * bits} bits, the data has {data.size * 8}.")
    if bits == 4:
        pairs = np.empty((data.size, 2), dtype=np.uint8)
        pairs[:, 0] = data & 0x0F
        pairs[:, 1] = data >> 4
        return pairs.reshape(-1)[:count]
    flat = np.unpackbits(data, count=count * bits, bitorder="little").reshape(count, bits)
    return np.packbits(flat, axis=1, bitorder="little").reshape(count)


def sign_extend_4_bits(values: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Read the low four bits of each value as a two's complement number: [n] uint8 to [n] int8 in -8..7."""
    return ((values << 4).view(np.int8) >> 4).astype(np.int8, copy=False)


def release_pages(array: Array) -> None:
    """Let go of the memory that a weight file takes after one of its blobs was copied; reading it again maps it again.

    Args:
        array: a view from `BlobFile.read`. Anything else, and anything small, is left alone.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    owner = owner.obj if isinstance(owner, memoryview) else owner
    if array.nbytes >= _RELEASED_BYTES and isinstance(owner, mmap.mmap) and hasattr(owner, "madvise"):
        owner.madvise(mmap.MADV_DONTNEED)
