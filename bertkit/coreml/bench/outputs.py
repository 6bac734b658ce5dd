"""Outputs of a prediction as a file, and how far two of them are apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_NAME = "outputs.npz"


@dataclass(frozen=True)
class Difference:
    """How far outputs are apart.

    Attributes:
        largest: absolute difference of two numbers.
        relative: that over the largest absolute number of the same output; infinite where that is zero.
        labels_differ: whether a string or an integer differs.
    """

    largest: float
    relative: float
    labels_differ: bool


def write_outputs(folder: Path, outputs: Mapping[str, Any]) -> None:
    """Write outputs; dictionaries as their numbers in the order of their keys, sequences as arrays."""
    arrays = {name: _array(value) for name, value in outputs.items()}
    np.savez(folder / _NAME, allow_pickle=False, **arrays)


def read_outputs(folder: Path) -> dict[str, Array]:
    """Read what `write_outputs` wrote."""
    with np.load(folder / _NAME, allow_pickle=False) as arrays:
        return dict(arrays)


def compare(outputs: Mapping[str, Array], reference: Mapping[str, Array]) -> Difference:
    """Compare outputs with those of the reference; what is not finite in both alike is infinitely far."""
    largest = relative = 0.0
    labels_differ = False
    for name, expected in reference.items():
        value = outputs[name]
        if expected.dtype.kind not in "f" or value.shape != expected.shape:
            labels_differ |= not np.array_equal(value, expected)
            continue
        same = (value == expected) | (np.isnan(value) & np.isnan(expected))
        with np.errstate(invalid="ignore"):
            apart = np.where(same, 0.0, np.abs(value.astype(np.float64) - expected))
        distance = float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))
        scale = float(np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
        largest = max(largest, distance)
        relative = max(relative, distance / scale if scale else (np.inf if distance else 0.0))
    return Difference(largest, relative, labels_differ)


def _array(value: Any) -> Array:
    if isinstance(value, Mapping):
        return np.array([value[key] for key in sorted(value, key=str)], dtype=np.float64)
    return np.asarray(value)
