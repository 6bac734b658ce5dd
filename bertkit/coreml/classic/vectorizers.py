"""Columns and dictionaries as one array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import Doubles, as_output
from bertkit.coreml.features import Dictionary
from bertkit.errors import InputError, ModelError

_MOST_NUMBERS = 1 << 28  # what a file declares is not allocated unseen


def feature_vectorizer(subject: Subject) -> Predictor:
    """Read a `FeatureVectorizer`: numbers, arrays, and dictionaries from place to number, one after the other."""
    columns = [(column.inputColumn, int(column.inputDimensions)) for column in subject.content.inputList]
    total = sum(size for _, size in columns)
    if total > _MOST_NUMBERS:
        raise ModelError(f"The columns have {total} numbers in all; at most {_MOST_NUMBERS} are supported.")

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        parts = [_column(name, size, inputs[name]) for name, size in columns]
        joined = np.concatenate(parts) if parts else np.zeros(0)
        return {subject.output: as_output(subject.function.outputs[0], joined)}

    return predict


def dict_vectorizer(subject: Subject) -> Predictor:
    """Read a `DictVectorizer`: the numbers of known keys at their places; keys that are unknown are left out."""
    kind = subject.content.WhichOneof("Map")
    if kind is None:
        raise ModelError("A dictionary vectorizer needs a map from keys to places; none is set.")
    declared, output = subject.function.inputs[0].type, subject.function.outputs[0]
    # coremltools declares keys as strings also where it maps integers.
    as_text = kind == "int64ToIndex" and isinstance(declared, Dictionary) and declared.key == "string"
    keys = getattr(subject.content, kind).vector
    places = {str(key) if as_text else key: place for place, key in enumerate(keys)}

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        placed = {places[key]: number for key, number in inputs[subject.input].items() if key in places}
        if isinstance(output.type, Dictionary):
            return {output.name: placed}
        array = np.zeros(len(places))
        array[list(placed)] = list(placed.values())
        return {output.name: as_output(output, array)}

    return predict


def _column(name: str, size: int, value: Any) -> Doubles:
    if not isinstance(value, Mapping):
        flat: Doubles = np.asarray(value, dtype=np.float64).reshape(-1)
        if len(flat) != size:
            raise InputError(f'The input "{name}" must hold {size} numbers, got {len(flat)}.')
        return flat
    outside = [key for key in value if not (isinstance(key, int) and 0 <= key < size)]
    if outside:
        raise InputError(f'The dictionary "{name}" must have keys from 0 to {size - 1}, got {outside[0]!r}.')
    array = np.zeros(size)
    array[list(value)] = list(value.values())
    return array


READERS = {"featureVectorizer": feature_vectorizer, "dictVectorizer": dict_vectorizer}
