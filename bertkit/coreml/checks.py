"""Values that a caller passes, checked against the model's features and converted where nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.features import Double, Feature, Image, Int64, MultiArray, String
from bertkit.coreml.images import image_array
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import InputError, UnsupportedError

Array = NDArray[Any]

_LISTED_NAMES = 20
_LISTED_NAMES = 20
_SCALARS: dict[type, np.dtype[Any]] = {Int64: np.dtype(np.int64), Double: np.dtype(np.float64)}


def check_inputs(features: tuple[Feature, ...], values: Mapping[str, object]) -> dict[str, Array]:
    """Check a whole set of inputs.

    Args:
        features: the model's inputs.
        values: one value a feature; those of optional features may be missing.

    Returns:
        One array for every feature, in their order; a missing optional one of a fixed shape is filled with its default.

    Raises:
        InputError: a name, shape or type is wrong, or a value is missing; the message lists what was wanted.
        UnsupportedError: the model takes a kind of value that cannot be passed yet.
    """
    wanted = [feature.name for feature in features]
    required = [feature.name for feature in features if not feature.optional]
    if not isinstance(values, Mapping):
        raise InputError(f"Inputs are passed as a dictionary by name ({_listed(wanted)}), got {type(values).__name__}.")
    unknown = [name for name in values if name not in wanted]
    missing = [name for name in required if name not in values]
    if unknown or missing:
        problems = [f"not an input: {_listed(unknown)}"] * bool(unknown) + [f"missing: {_listed(missing)}"] * bool(
            missing
        )
        raise InputError(
            f"The model takes the inputs {_listed(wanted)}; got {_listed(values)} ({'; '.join(problems)})."
        )
    return {
        feature.name: check(feature, values[feature.name]) if feature.name in values else _default(feature)
        for feature in features
    }


def check(feature: Feature, value: object) -> Array:
    """Check one value and convert it to the feature's type where that loses nothing that matters.

    Lists, numbers and anything numpy reads become arrays; integers become another integer type if every one fits, or a
    floating-point type if every one is exact in it; floating-point numbers become another floating-point type unless
    a finite one overflows. Everything else is refused: a floating-point number never becomes an integer, and no shape
    is changed.

    Returns:
        An array of the feature's data type; of shape [] for a single number or string; of an image see `image_array`.

    Raises:
        InputError: the value does not fit; the message names the input, what was wanted and what arrived.
        UnsupportedError: values of this kind cannot be passed yet.
    """
    if isinstance(feature.type, MultiArray):
        array = _to_array(feature, value)
        if not feature.type.shape.allows(array.shape):
            raise InputError(f"{_wanted(feature)}, got shape {list(array.shape)}. Reshape or pad the array.")
        return _converted(feature, array, feature.type.dtype)
    if isinstance(feature.type, String):
        if not isinstance(value, str):
            raise InputError(f"{_wanted(feature)}, got {_arrived(value)}.")
        return np.asarray(value)
    if type(feature.type) in _SCALARS:
        array = _to_array(feature, value)
        if array.shape != ():
            raise InputError(f"{_wanted(feature)}, got {_arrived(array)}. Pass a single number.")
        return _converted(feature, array, _SCALARS[type(feature.type)])
    if isinstance(feature.type, Image):
        return image_array(feature.name, feature.type, value)
    raise UnsupportedError(
        f'The input "{feature.name}" is of type {feature.type}: {feature.type.kind} inputs are not supported yet.'
    )


def _to_array(feature: Feature, value: object) -> Array:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(f"{_wanted(feature)}, got {_arrived(value)} that is no array ({error}).") from error
    if array.dtype.kind not in "biuf":
        raise InputError(f"{_wanted(feature)}, got {_arrived(value)}. Pass numbers.")
    return array


def _converted(feature: Feature, array: Array, dtype: np.dtype[Any]) -> Array:
    if array.dtype == dtype:
        return array
    if dtype.kind == "i" and array.dtype.kind == "f":
        raise InputError(f"{_wanted(feature)}, got {_arrived(array)}. Round and convert it to {dtype} first.")
    lost, result = _cast(array, dtype)
    if lost.any():
        example = array[lost].flat[0]
        raise InputError(
            f"{_wanted(feature)}, got {_arrived(array)} with the value {example}, which {dtype} cannot hold."
        )
    return result


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


def _default(feature: Feature) -> Array:
    if isinstance(feature.type, MultiArray) and isinstance(feature.type.shape, FixedShape):
        default = 0.0 if feature.type.default is None else feature.type.default
        return np.full(feature.type.shape.sizes, default, dtype=feature.type.dtype)
    raise InputError(
        f'The optional input "{feature.name}" ({feature.type}) has no single shape to fill with a default. Pass it.'
    )


def _wanted(feature: Feature) -> str:
    if isinstance(feature.type, MultiArray):
        return f'The input "{feature.name}" must be {feature.type.dtype} of shape {feature.type.shape}'
    return f'The input "{feature.name}" must be one {feature.type}'


def _arrived(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} of shape {list(value.shape)}"
    return type(value).__name__


def _listed(names: Iterable[str]) -> str:
    names = [str(name) for name in names]
    more = len(names) - _LISTED_NAMES
    shown = ", ".join(names[:_LISTED_NAMES]) if names else "nothing"
    return f"{shown} and {more} more" if more > 0 else shown
