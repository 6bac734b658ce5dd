"""Numbers shifted and scaled, and arrays divided by a norm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import Doubles, as_output
from bertkit.errors import InputError, ModelError


def scaler(subject: Subject) -> Predictor:
    """Read a `Scaler`: the shift is added, then the scale multiplies; each is one number or one an element."""
    shift = np.asarray(subject.content.shiftValue, dtype=np.float64)
    scale = np.asarray(subject.content.scaleValue, dtype=np.float64)
    output = subject.function.outputs[0]

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        value = np.asarray(inputs[subject.input], dtype=np.float64)
        if len(shift) not in (0, 1, value.size) or len(scale) not in (0, 1, value.size):
            raise InputError(
                f'The input "{subject.input}" has {value.size} numbers; the scaler holds {len(shift)} shifts and '
                f"{len(scale)} scales."
            )
        flat = value.reshape(-1)
        flat = (flat + shift if len(shift) else flat) * (scale if len(scale) else 1)
        return {subject.output: as_output(output, flat.reshape(value.shape))}

    return predict


def normalizer(subject: Subject) -> Predictor:
    """Read a `Normalizer`: an array is divided by its largest absolute value, their sum, or its length; zeros stay."""
    norm = _NORMS.get(subject.content.normType)
    if norm is None:
        raise ModelError(f"The normalizer has the unknown norm {subject.content.normType}; wanted 0, 1 or 2.")
    output = subject.function.outputs[0]

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        value = np.asarray(inputs[subject.input], dtype=np.float64)
        size = norm(value.reshape(-1)) if value.size else 0.0
        return {subject.output: as_output(output, value / size if size else value)}

    return predict


_NORMS: dict[int, Callable[[Doubles], float]] = {
    0: lambda values: float(np.abs(values).max()),
    1: lambda values: float(np.abs(values).sum()),
    2: lambda values: float(np.sqrt(np.square(values).sum())),
}

READERS = {"scaler": scaler, "normalizer": normalizer}
