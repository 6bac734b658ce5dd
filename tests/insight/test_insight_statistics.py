from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from bertkit.errors import InputError
from bertkit.insight.statistics import Histogram, Summary

ARRAYS = hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=6))


@given(ARRAYS)
def test_summary_is_of_the_finite_values(array: np.ndarray) -> None:
    summary = Summary.of(array)
    finite = array[np.isfinite(array)].astype(np.float64)
    assert summary.shape == array.shape
    assert summary.not_finite == array.size - finite.size
    if finite.size:
        assert summary.minimum == finite.min()
        assert summary.maximum == finite.max()
        assert summary.mean == pytest.approx(finite.mean())
        assert summary.deviation == pytest.approx(finite.std())


def test_sums_of_float16_do_not_overflow() -> None:
    summary = Summary.of(np.full(100, 60000, np.float16))
    assert summary.mean == 60000 - 60000 % 32
    assert summary.deviation == 0
    assert summary.dtype == "float16"


def test_nothing_but_infinity_is_no_number() -> None:
    assert Summary.of(np.array([np.inf, np.nan])).to_json() == {
        "shape": [2], "dtype": "float64", "minimum": 0, "maximum": 0, "mean": 0, "deviation": 0, "not_finite": 2,
    }  # fmt: skip


@given(ARRAYS)
def test_histogram_counts_every_finite_value(array: np.ndarray) -> None:
    histogram = Histogram.of(array)
    assert histogram.counts.shape == (64,)
    assert histogram.counts.sum() == np.isfinite(array).sum()


def test_histogram_spans_the_values() -> None:
    histogram = Histogram.of(np.array([1.0, 2.0, 2.0, 5.0]), bins=4)
    assert (histogram.low, histogram.high) == (1.0, 5.0)
    assert histogram.counts.tolist() == [1, 2, 0, 1]


def test_a_histogram_needs_a_bin() -> None:
    with pytest.raises(InputError, match="at least one bin, got bins=0"):
        Histogram.of(np.zeros(3), bins=0)
