from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from bertkit.bert.compress import is_compressed, palettize, quantize

_matrices = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 6), st.integers(1, 40)), elements=st.floats(-100, 100, width=32)
)


@given(_matrices, st.sampled_from([np.float16, np.float32]))
def test_quantization_error_is_about_half_a_step(matrix: NDArray[np.float32], dtype: type[np.floating[Any]]) -> None:
    quantized = quantize(matrix, dtype)
    assert quantized.scales.dtype == dtype
    error = np.abs(quantized.values * quantized.scales.astype(np.float64) - matrix)
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    rounding = {np.float16: 0.6, np.float32: 0.501}[dtype]  # the largest value may lie past 127 rounded-down steps
    assert (error <= np.maximum(step * rounding, 1e-5)).all()
    assert np.abs(quantized.values).max() <= 127


@given(_matrices, st.sampled_from([4, 6]))
def test_every_weight_becomes_the_nearest_of_its_palette(matrix: NDArray[np.float32], bits: int) -> None:
    palettized = palettize(matrix, bits)
    assert palettized.table.shape == (2**bits,)
    assert palettized.indices.shape == matrix.shape
    error = np.abs(palettized.table[palettized.indices] - matrix)
    nearest = np.abs(matrix[..., None] - palettized.table).min(axis=-1)
    np.testing.assert_allclose(error, nearest, atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 3.5])
def test_constant_matrix_is_kept(value: float) -> None:
    matrix = np.full((4, 8), value, np.float32)
    quantized, palettized = quantize(matrix), palettize(matrix, 4)
    np.testing.assert_allclose(quantized.values * quantized.scales, matrix, rtol=1e-6)
    np.testing.assert_allclose(palettized.table[palettized.indices], matrix, atol=1e-3)


@pytest.mark.parametrize(("bits", "allowed"), [(4, 1.01), (6, 1.05)])
def test_palette_is_near_the_optimum(bits: int, allowed: float) -> None:
    """Compare the squared error with that of exact one-dimensional k-means."""
    from coremltools._deps import _kmeans1d

    weights = np.random.default_rng(0).standard_t(4, (100, 200)).astype(np.float32)
    indices, centers = _kmeans1d.cluster(weights.ravel(), 2**bits)
    optimum = np.square(np.array(centers)[np.array(indices)] - weights.ravel()).mean()
    palettized = palettize(weights, bits)
    assert np.square(palettized.table[palettized.indices] - weights).mean() < optimum * allowed


def test_only_large_matrices_are_compressed() -> None:
    assert is_compressed(np.zeros((64, 64)), "int8")
    assert not is_compressed(np.zeros((64, 64)), "none")
    assert not is_compressed(np.zeros((2, 384)), "int8")
    assert not is_compressed(np.zeros(10_000), "palettize4")
