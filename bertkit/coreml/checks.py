"""Values that a caller passes, checked against the model's features and converted where nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from bertkit.coreml.containers import checked_dictionary, checked_sequence
from bertkit.coreml.conversions import Array, arrived, as_numbers, converted, wanted
from bertkit.coreml.defaults import default_value, is_left_out
from bertkit.coreml.features import Dictionary, Double, Feature, Image, Int64, MultiArray, Sequence, String
from bertkit.coreml.images import image_array
from bertkit.errors import InputError, UnsupportedError

_LISTED_NAMES = 20
_LEADING_AXES = 2


def check_inputs(features: tuple[Feature, ...], values: Mapping[str, object]) -> dict[str, Any]:
    """Check a whole set of inputs.

    Args:
        features: the model's inputs.
        values: one value a feature; those of optional features may be missing.

    Returns:
        Values in the order of the features, as `check` returns them; for an optional one that is missing its default,
        or none, see `bertkit.coreml.defaults`.

    Raises:
        InputError: a name, shape or type is wrong, or a value is missing; the message lists what was wanted.
        UnsupportedError: the model takes a kind of value that cannot be passed.
    """
    names = [feature.name for feature in features]
    required = [feature.name for feature in features if not feature.optional]
    if not isinstance(values, Mapping):
        raise InputError(f"Inputs are passed as a dictionary by name ({_listed(names)}), got {type(values).__name__}.")
    known = set(names)
    unknown = [name for name in values if name not in known]
    missing = [name for name in required if name not in values]
    if unknown or missing:
        problems = [f"not an input: {_listed(unknown)}"] * bool(unknown) + [f"missing: {_listed(missing)}"] * bool(
            missing
        )
        raise InputError(f"The model takes the inputs {_listed(names)}; got {_listed(values)} ({'; '.join(problems)}).")
    return {
        feature.name: check(feature, values[feature.name]) if feature.name in values else default_value(feature)
        for feature in features
        if feature.name in values or not is_left_out(feature)
    }


def check(feature: Feature, value: object) -> Any:
    """Check one value and convert it to the feature's type where that loses nothing that matters.

    Lists, numbers and anything numpy reads become arrays; integers become another integer type if every one fits, or a
    floating-point type if every one is exact in it; floating-point numbers become another floating-point type unless
    a finite one overflows. Everything else is refused: a floating-point number never becomes an integer, and no shape
    is changed.

    Returns:
        An array of the feature's data type; of shape [] for a single number or string; of an image see `image_array`.
        A dictionary becomes a `dict` of int or str to float, a sequence a `list` of int or str.

    Raises:
        InputError: the value does not fit; the message names the input, what was wanted and what arrived.
        UnsupportedError: values of this kind cannot be passed.
    """
    checker = _CHECKERS.get(type(feature.type))
    if checker is None:
        raise UnsupportedError(
            f'The input "{feature.name}" is of type {feature.type}: a {feature.type.kind} cannot be passed as a value.'
        )
    return checker(feature, feature.type, value)


def _multi_array(feature: Feature, declared: MultiArray, value: object) -> Array:
    array = as_numbers(feature, value)
    led = declared.takes_leading_axes and declared.shape.allows(array.shape[_LEADING_AXES:])
    if not led and not declared.shape.allows(array.shape):
        raise InputError(f"{wanted(feature)}, got shape {list(array.shape)}. Reshape or pad the array.")
    return converted(feature, array, declared.dtype)


def _string(feature: Feature, declared: String, value: object) -> Array:
    if isinstance(value, np.ndarray) and value.shape == () and value.dtype.kind == "U":
        return value
    if not isinstance(value, str):
        raise InputError(f"{wanted(feature)}, got {arrived(value)}.")
    return np.asarray(value)


def _scalar(dtype: type[np.generic]) -> Callable[[Feature, Any, object], Array]:
    def checked(feature: Feature, declared: object, value: object) -> Array:
        array = as_numbers(feature, value)
        if array.shape != ():
            raise InputError(f"{wanted(feature)}, got {arrived(array)}. Pass a single number.")
        return converted(feature, array, np.dtype(dtype))

    return checked


def _listed(names: Iterable[str]) -> str:
    names = [str(name) for name in names]
    more = len(names) - _LISTED_NAMES
    shown = ", ".join(names[:_LISTED_NAMES]) if names else "nothing"
    return f"{shown} and {more} more" if more > 0 else shown


_CHECKERS: dict[type, Callable[[Feature, Any, object], Any]] = {
    MultiArray: _multi_array,
    String: _string,
    Int64: _scalar(np.int64),
    Double: _scalar(np.float64),
    Image: lambda feature, declared, value: image_array(feature.name, declared, value),
    Dictionary: checked_dictionary,
    Sequence: checked_sequence,
}
