"""Ops whose many arguments interact, against numpy on random ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bertkit.coreml.lowering.mil.constexpr import lut_to_dense
from bertkit.coreml.lowering.mil.gather import gather, gather_nd
from bertkit.coreml.lowering.mil.reduce import cumsum
from bertkit.coreml.lowering.mil.slicing import pad, slice_by_index

_SETTINGS = settings(max_examples=60, deadline=None)
_SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def _numbered(shape: list[int]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@_SETTINGS
@given(_SHAPES, st.data())
def test_slices_are_numpys(shape: list[int], data: st.DataObject) -> None:
    x, arguments, index = _numbered(shape), [], []
    for size in shape:
        begin, end = data.draw(st.integers(-size, size - 1)), data.draw(st.integers(-size, size))
        stride = data.draw(st.sampled_from([-2, -1, 1, 2]))
        from_start, to_end, squeeze = (data.draw(st.booleans()) for _ in range(3))
        arguments.append((begin, end, stride, from_start, to_end, squeeze))
        piece = slice(None if from_start else begin, None if to_end else end, stride)
        index.append((0 if from_start else begin) if squeeze else piece)
    found = slice_by_index(torch.from_numpy(x), *zip(*arguments, strict=True))
    np.testing.assert_array_equal(found.numpy(), x[tuple(index)])


@_SETTINGS
@given(_SHAPES, st.data())
def test_margins_are_numpys(shape: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(shape)))
    mode = data.draw(st.sampled_from(["constant", "reflect", "replicate"]))
    largest = [size - 1 if mode == "reflect" else 3 for size in shape[-count:]]
    margins = [(data.draw(st.integers(0, most)), data.draw(st.integers(0, most))) for most in largest]
    x = _numbered(shape)
    found = pad(torch.from_numpy(x), [size for margin in margins for size in margin], mode)
    widths = [(0, 0)] * (len(shape) - count) + margins
    np.testing.assert_array_equal(found.numpy(), np.pad(x, widths, "edge" if mode == "replicate" else mode))


@_SETTINGS
@given(_SHAPES, st.data())
def test_gather_takes_along_any_axis_in_any_batch(shape: list[int], data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    batch_dims = data.draw(st.integers(0, axis))
    picked = data.draw(st.lists(st.integers(1, 3), max_size=2))
    x, rng = _numbered(shape), np.random.default_rng(data.draw(st.integers(0, 99)))
    indices = rng.integers(0, shape[axis], size=(*shape[:batch_dims], *picked)).astype(np.int32)
    found = gather(torch.from_numpy(x), torch.from_numpy(indices), axis, batch_dims).numpy()
    for place in np.ndindex(*shape[:batch_dims]):
        np.testing.assert_array_equal(found[place], np.take(x[place], indices[place], axis - batch_dims))


@_SETTINGS
@given(_SHAPES, st.data())
def test_gather_nd_reads_one_tuple_at_a_time(shape: list[int], data: st.DataObject) -> None:
    batch_dims = data.draw(st.integers(0, len(shape) - 1))
    depth = data.draw(st.integers(1, len(shape) - batch_dims))
    x, rng = _numbered(shape), np.random.default_rng(data.draw(st.integers(0, 99)))
    bounds = np.array(shape[batch_dims : batch_dims + depth])
    indices = rng.integers(0, bounds, size=(*shape[:batch_dims], 3, depth)).astype(np.int32)
    found = gather_nd(torch.from_numpy(x), torch.from_numpy(indices), batch_dims).numpy()
    for place in np.ndindex(*shape[:batch_dims], 3):
        np.testing.assert_array_equal(found[place], x[(*place[:batch_dims], *indices[place])])


@_SETTINGS
@given(_SHAPES, st.booleans(), st.booleans(), st.data())
def test_a_running_sum_adds_up(shape: list[int], exclusive: bool, reverse: bool, data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = _numbered(shape)
    ordered = np.flip(x, axis) if reverse else x
    summed = np.cumsum(ordered, axis) - (ordered if exclusive else 0)
    found = cumsum(torch.from_numpy(x), axis, exclusive, reverse).numpy()
    np.testing.assert_allclose(found, np.flip(summed, axis) if reverse else summed)


@_SETTINGS
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1))
def test_a_block_looks_up_its_own_table(
    rows: int, columns: int, row_blocks: int, column_blocks: int, vector: int, axis: int
) -> None:
    rng = np.random.default_rng(rows + columns)
    indices = rng.integers(0, 4, size=(rows * row_blocks, columns * column_blocks)).astype(np.uint8)
    lut = rng.normal(size=(row_blocks, column_blocks, 4, vector)).astype(np.float32)
    found = lut_to_dense(indices, lut, np.array(axis))
    for row, column, element in np.ndindex(*indices.shape, vector):
        place = (row * vector + element, column) if axis == 0 else (row, column * vector + element)
        assert found[place] == lut[row // rows, column // columns, indices[row, column], element]


def test_a_slice_backwards_from_the_last_element_may_end_before_it_begins() -> None:
    x = torch.arange(2.0)
    assert slice_by_index(x, [0], [2], [-2], [True], [False]).shape == (0,)
    assert slice_by_index(x, [5], [0], [-1], [False], [True]).tolist() == [1.0, 0.0]
