"""What an array holds, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError

BINS = 64

_MODERATE = 1e15
"""The sum of 1024 squares of lesser numbers is still a float32 number."""
_CHUNK = 1024


@dataclass(frozen=True)
class Summary:
    """An array in a few numbers; `minimum` to `deviation` are of its finite values, 0 where there are none.

    Attributes:
        shape: of the array.
        dtype: of the array.
        minimum: the least value.
        maximum: the greatest.
        mean: their mean.
        deviation: their standard deviation.
        not_finite: how many values are infinite or not a number.
    """

    shape: tuple[int, ...]
    dtype: str
    minimum: float
    maximum: float
    mean: float
    deviation: float
    not_finite: int

    @classmethod
    def of(cls, array: NDArray[Any]) -> Summary:
        """Summarize an array of numbers or truth values, of any shape."""
        moderate = _moments(array)
        if moderate is not None:
            return cls(array.shape, str(array.dtype), *moderate, 0)
        finite = _finite(array)
        numbers = (finite.min(), finite.max(), finite.mean(), finite.std()) if finite.size else (0.0,) * 4
        minimum, maximum, mean, deviation = (float(number) for number in numbers)
        not_finite = array.size - finite.size
        return cls(array.shape, str(array.dtype), minimum, maximum, mean, deviation, not_finite)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return {**vars(self), "shape": list(self.shape)}


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often values occur, in ranges of equal width.

    Attributes:
        counts: [bins] int64.
        low: where the first range begins.
        high: where the last one ends.
    """

    counts: NDArray[np.int64]
    low: float
    high: float

    @classmethod
    def of(cls, array: NDArray[Any], bins: int = BINS) -> Histogram:
        """Count the finite values of an array; where all are equal they are in the first range, which has no width.

        Raises:
            InputError: there is not at least one bin.
        """
        if bins < 1:
            raise InputError(f"A histogram needs at least one bin, got bins={bins}.")
        finite = _finite(array)
        if finite.size == 0:
            return cls(np.zeros(bins, np.int64), 0.0, 0.0)
        # numpy's own refuses values whose range cannot be divided, such as a single large one.
        low, high = float(finite.min()), float(finite.max())
        shares = (finite - low) / (high - low if high > low else 1.0)
        places = np.minimum((shares * bins).astype(np.int64), bins - 1)
        return cls(np.bincount(places, minlength=bins).astype(np.int64), low, high)

    def to_json(self) -> dict[str, Any]:
        """Return the histogram; `counts` stays an array."""
        return dict(vars(self))


def _moments(array: NDArray[Any]) -> tuple[float, float, float, float] | None:
    """Return least, greatest, mean and deviation of float32 numbers, six times as fast as in float64.

    Sums of a thousand numbers are taken in float32 and added up in float64. None where that would not do: other types,
    numbers that are not finite, large ones.
    """
    if array.dtype != np.float32 or array.size == 0:
        return None
    flat = array.ravel()
    low, high = float(flat.min()), float(flat.max())
    if not (low > -_MODERATE and high < _MODERATE):  # true for NaN
        return None
    mean = float(flat.mean(dtype=np.float64))
    center = np.float32(mean)
    apart = flat - center
    whole = len(apart) // _CHUNK * _CHUNK
    chunks, rest = apart[:whole].reshape(-1, _CHUNK), apart[whole:]
    squares = float(np.einsum("ij,ij->i", chunks, chunks).sum(dtype=np.float64)) + float(rest @ rest)
    variance = squares / len(apart) - (mean - float(center)) ** 2
    return low, high, mean, max(variance, 0.0) ** 0.5


def _finite(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return the finite values of an array as float64, so that sums over float16 neither round nor overflow."""
    flat = array.astype(np.float64).ravel()
    finite = np.isfinite(flat)
    return flat if finite.all() else flat[finite]
