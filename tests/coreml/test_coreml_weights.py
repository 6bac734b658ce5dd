"""The weight file is read as coremltools' own writer wrote it, and never beyond its end."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bertkit.coreml.weights import BlobFile, unpack_bits
from bertkit.errors import BertkitError, FileError, ModelError, UnsupportedError

_WHOLE = ["float16", "float32", "int8", "uint8", "int16", "uint16", "int32", "uint32"]
_PACKED = {"int4": (-8, 7), "uint1": (0, 1), "uint2": (0, 3), "uint3": (0, 7), "uint4": (0, 15), "uint6": (0, 63)}
_WRITER_NAMES = {"float16": "fp16", "float32": "float"}


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that writes arrays with coremltools and tells the file and the offsets."""
    storage = pytest.importorskip("coremltools.libmilstoragepython")
    folder = tmp_path_factory.mktemp("weights")

    def write(*arrays: tuple[str, np.ndarray]) -> tuple[Path, list[int]]:
        path = folder / f"{len(list(folder.iterdir()))}.bin"
        writer = storage._BlobStorageWriter(str(path))
        offsets = [
            getattr(writer, f"write_{_WRITER_NAMES.get(name, name)}_data")(
                values.view(np.uint16) if name == "float16" else values
            )
            for name, values in arrays
        ]
        return path, offsets

    return write


@pytest.mark.parametrize("name", _WHOLE)
def test_whole_byte_types_are_views_with_the_written_values(write, name: str) -> None:
    values = np.arange(37).astype(name)
    path, (first, second) = write((name, values), (name, values[::-1].copy()))
    blobs = BlobFile(path)
    assert blobs.count == 2
    np.testing.assert_array_equal(blobs.read(first), values)
    np.testing.assert_array_equal(blobs.read(second), values[::-1])
    assert blobs.read(first).dtype == values.dtype
    assert not blobs.read(first).flags.writeable


@pytest.mark.parametrize("name", _PACKED)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_packed_types_are_unpacked(write, name: str, data: st.DataObject) -> None:
    low, high = _PACKED[name]
    values = data.draw(st.lists(st.integers(low, high), min_size=1, max_size=70))
    array = np.array(values, dtype=np.int8 if name == "int4" else np.uint8)
    path, (offset,) = write((name, array))
    np.testing.assert_array_equal(BlobFile(path).read(offset), array)
    assert BlobFile(path).read(offset).dtype == array.dtype


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 3.0e38], dtype=np.float32)
    halves = (values.view(np.uint32) >> 16).astype("<u2")
    path = _raw_file(tmp_path, data_type=5, content=halves.tobytes())
    np.testing.assert_array_equal(BlobFile(path).read(64), (halves.astype(np.uint32) << 16).view(np.float32))


def test_types_without_an_equivalent_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="float8 e4m3fn"):
        BlobFile(_raw_file(tmp_path, data_type=16, content=b"\0" * 8)).read(64)
    with pytest.raises(UnsupportedError, match="number 99"):
        BlobFile(_raw_file(tmp_path, data_type=99, content=b"\0" * 8)).read(64)


def test_a_size_that_does_not_fit_the_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="7 bytes"):
        BlobFile(_raw_file(tmp_path, data_type=2, content=b"\0" * 7)).read(64)


def test_every_truncation_is_told_when_the_file_is_opened(write, tmp_path: Path) -> None:
    path, _ = write(("float32", np.arange(20, dtype=np.float32)), ("int8", np.arange(30, dtype=np.int8)))
    whole = path.read_bytes()
    short = tmp_path / "short.bin"
    last_data_byte = 64 + 64 + 128 + 64 + 30
    for length in range(last_data_byte):
        short.write_bytes(whole[:length])
        with pytest.raises(FileError, match="truncated"):
            BlobFile(short)


def test_an_offset_without_a_blob_is_refused(write) -> None:
    path, (offset,) = write(("float32", np.ones(64, np.float32)))
    with pytest.raises(ModelError, match="no blob begins there"):
        BlobFile(path).read(offset + 64)
    with pytest.raises(FileError, match="truncated"):
        BlobFile(path).read(1 << 40)


def test_other_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"not weights at all" * 20)
    with pytest.raises(FileError, match="not a weight file"):
        BlobFile(other)
    with pytest.raises(FileError, match="missing"):
        BlobFile(tmp_path / "none.bin")


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=400), offset=st.integers(0, 500))
def test_arbitrary_bytes_never_read_outside_the_file(tmp_path_factory, content: bytes, offset: int) -> None:
    path = tmp_path_factory.getbasetemp() / "arbitrary.bin"
    path.write_bytes(struct.pack("<II", 2, 2) + content)
    try:
        values = BlobFile(path).read(offset)
    except BertkitError:
        return
    assert values.nbytes <= 8 * path.stat().st_size


@given(values=st.lists(st.integers(0, 255), max_size=50), bits=st.integers(1, 8))
def test_unpacking_reads_the_least_significant_bit_first(values: list[int], bits: int) -> None:
    values = [value % (1 << bits) for value in values]
    number = sum(value << (index * bits) for index, value in enumerate(values))
    packed = np.frombuffer(number.to_bytes(len(values) + 1, "little"), dtype=np.uint8)
    assert unpack_bits(packed, bits, len(values)).tolist() == values


def test_unpacking_more_than_there_is_is_refused() -> None:
    with pytest.raises(ModelError, match="5 values of 2 bits need 10 bits, the data has 8"):
        unpack_bits(np.zeros(1, np.uint8), 2, 5)


def _raw_file(folder: Path, data_type: int, content: bytes) -> Path:
    header = struct.pack("<II56x", 1, 2)
    record = struct.pack("<IIQQQ32x", 0xDEADBEEF, data_type, len(content), 128, 0)
    path = folder / "raw.bin"
    path.write_bytes(header + record + content)
    return path
