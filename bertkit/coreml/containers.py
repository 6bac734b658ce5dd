"""Dictionaries and sequences that a caller passes, checked one entry after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.conversions import arrived, wanted
from bertkit.coreml.features import Dictionary, Feature, Sequence
from bertkit.errors import InputError

_INT64 = np.iinfo(np.int64)
_LONGEST_SHOWN = 40


def checked_dictionary(feature: Feature, declared: Dictionary, value: object) -> dict[int | str, float]:
    """Check numbers by key.

    Args:
        feature: the input, for messages.
        declared: whether its keys are integers or strings.
        value: a mapping; its numbers may be of any type that float() keeps.

    Raises:
        InputError: it is no mapping, a key is of the other type, or a value is no number.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{wanted(feature)}, got {arrived(value)}. Pass a dictionary.")
    return {
        _element(feature, key, declared.key, "the key"): _number(feature, key, number) for key, number in value.items()
    }


def checked_sequence(feature: Feature, declared: Sequence, value: object) -> list[int | str]:
    """Check a list of integers or of strings, and its length.

    Args:
        feature: the input, for messages.
        declared: the type of its elements, and how many there may be.
        value: a list, a tuple or an array of one axis.

    Raises:
        InputError: it is no list, too long or too short, or an element is of another type.
    """
    if not (isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1)):
        raise InputError(f"{wanted(feature)}, got {arrived(value)}. Pass a list.")
    least, most = declared.length
    if len(value) < least or (most is not None and len(value) > most):
        raise InputError(
            f"{wanted(feature)}, of length {least} to {'any' if most is None else most}; got {len(value)}."
        )
    return [_element(feature, item, declared.element, f"at index {index}") for index, item in enumerate(value)]


def _element(feature: Feature, item: object, kind: str, place: str) -> int | str:
    if kind == "string" and isinstance(item, str):
        return str(item)
    if kind == "int64" and isinstance(item, int | np.integer) and not isinstance(item, bool):
        if _INT64.min <= int(item) <= _INT64.max:
            return int(item)
        raise InputError(f"{wanted(feature)}, got {place} {item}, which int64 cannot hold.")
    raise InputError(f"{wanted(feature)}, got {place} {_shown(item)} of type {arrived(item)}; wanted {kind}.")


def _number(feature: Feature, key: object, number: Any) -> float:
    is_number = isinstance(number, int | float | np.integer | np.floating) and not isinstance(number, bool)
    if not is_number and not (isinstance(number, np.ndarray) and number.shape == () and number.dtype.kind in "iuf"):
        raise InputError(
            f"{wanted(feature)}, got {_shown(number)} of type {arrived(number)} for the key {_shown(key)}."
        )
    try:
        return float(number)
    except OverflowError as error:
        raise InputError(f"{wanted(feature)}, got a number for the key {_shown(key)} that no double holds.") from error


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
