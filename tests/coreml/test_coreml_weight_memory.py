"""Weights that were copied out of a mapped file do not stay in memory a second time."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml.bench.worker import memory_mb
from bertkit.coreml.weights import release_pages


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_pages_of_a_mapped_file_are_released(tmp_path: Path) -> None:
    path = tmp_path / "weight.bin"
    path.write_bytes(bytes(64 << 20))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    array = np.frombuffer(mapped, dtype=np.float32).reshape(4096, -1)
    before = memory_mb("VmRSS")
    assert array.sum() == 0
    touched = memory_mb("VmRSS")
    release_pages(array[1:])
    released = memory_mb("VmRSS")
    assert before is not None
    assert touched is not None
    assert released is not None
    assert touched - before > 60
    assert released - before < 10
    assert array.sum() == 0
