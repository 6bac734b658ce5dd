"""What a caller passes as numbers, as arrays of a declared type, where nothing is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.features import Feature, MultiArray
from bertkit.errors import InputError

Array = NDArray[Any]


def as_numbers(feature: Feature, value: object) -> Array:
    """Return an array of booleans, integers or floating-point numbers.

    Raises:
        InputError: the value is no array, or holds something else.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{wanted(feature)}, got {arrived(value)} that is no array ({error}).") from error
    if array.dtype.kind not in "biuf":
        raise InputError(f"{wanted(feature)}, got {arrived(value)}. Pass numbers.")
    return array


def converted(feature: Feature, array: Array, dtype: np.dtype[Any]) -> Array:
    """Convert an array to a type: integers to where they fit, floating-point numbers to others.

    Raises:
        InputError: a value would be lost, or floating-point numbers are given where integers are wanted.
    """
    if array.dtype == dtype:
        return array
    if dtype.kind == "i" and array.dtype.kind == "f":
        raise InputError(f"{wanted(feature)}, got {arrived(array)}. Round and convert it to {dtype} first.")
    lost, result = _cast(array, dtype)
    if lost.any():
        example = array[lost].flat[0]
        raise InputError(
            f"{wanted(feature)}, got {arrived(array)} with the value {example}, which {dtype} cannot hold."
        )
    return result


def wanted(feature: Feature) -> str:
    """Return the beginning of a message: which input it is about, and what must be passed for it."""
    if isinstance(feature.type, MultiArray):
        led = ", which a sequence and a batch axis may lead" * feature.type.takes_leading_axes
        return f'The input "{feature.name}" must be {feature.type.dtype} of shape {feature.type.shape}{led}'
    return f'The input "{feature.name}" must be one {feature.type}'


def arrived(value: object) -> str:
    """Return what a value is: an array by its type and shape, anything else by the name of its type."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {list(value.shape)}"
    return type(value).__name__


def _cast(array: Array, dtype: np.dtype[Any]) -> tuple[NDArray[np.bool_], Array]:
    """Cast, and tell which elements were lost on the way."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = array.astype(dtype)
        if dtype.kind == "i":
            return np.asarray(result != array), result
        overflowed = np.isfinite(array) & ~np.isfinite(result)
        if array.dtype.kind == "f":
            return overflowed, result
        return overflowed | (result.astype(array.dtype) != array), result
