"""Missing values filled in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import as_output
from bertkit.errors import InputError, ModelError


def imputer(subject: Subject) -> Predictor:
    """Read an `Imputer`.

    A value that was not given, is NaN, or equals the value to replace becomes the one to fill in: a number, a string,
    or of an array the number at the same place. A dictionary is filled up with the keys that it lacks.
    """
    content = subject.content
    kind, field = content.WhichOneof("ImputedValue"), content.WhichOneof("ReplaceValue")
    if kind is None:
        raise ModelError("An imputer needs the value to fill in; none is set.")
    imputed = getattr(content, kind)
    replaced = getattr(content, field) if field is not None else math.nan
    if kind.endswith("Dictionary"):
        return lambda inputs: {subject.output: _filled_up(inputs.get(subject.input, {}), dict(imputed.map))}
    filling = np.asarray(imputed.vector if kind.endswith("Array") else imputed)

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        value = np.asarray(inputs.get(subject.input, filling))
        if filling.size not in (1, value.size):
            raise InputError(f'The input "{subject.input}" has {value.size} values; the imputer has {filling.size}.')
        shaped = filling.reshape(value.shape) if filling.size == value.size else filling
        result = np.where(_is_missing(value, replaced), shaped, value)
        return {subject.output: result if result.dtype.kind == "U" else as_output(subject.function.outputs[0], result)}

    return predict


def _is_missing(value: Any, replaced: Any) -> Any:
    """Say of every element whether it is the value to replace, or NaN, which stands for one that was not given."""
    is_nan = np.isnan(value) if value.dtype.kind == "f" else np.zeros(value.shape, dtype=bool)
    return is_nan | (value == replaced)


def _filled_up(given: Mapping[Any, float], imputed: Mapping[Any, float]) -> dict[Any, float]:
    known = {key: number for key, number in given.items() if not math.isnan(number)}
    return {**imputed, **known}


READERS = {"imputer": imputer}
