"""Several inputs as one vector, and a vector as the output that a model declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.features import Double, Feature, Int64, MultiArray
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import InputError, ModelError

Doubles = NDArray[np.float64]


def joined(features: tuple[Feature, ...], inputs: Mapping[str, Any], wanted: int | None = None) -> Doubles:
    """Return numbers and arrays one after the other, as linear models, support vectors and trees take them.

    Args:
        features: the inputs in order.
        inputs: their values; a missing one is NaN.
        wanted: how many numbers the model needs; None is any number.

    Returns:
        [numbers] float64.

    Raises:
        InputError: they are fewer or more than wanted.
    """
    parts = [np.asarray(inputs.get(feature.name, np.nan), dtype=np.float64).reshape(-1) for feature in features]
    vector: Doubles = np.concatenate(parts) if parts else np.zeros(0)
    if wanted is not None and len(vector) != wanted:
        names = ", ".join(f"{feature.name} ({part.size})" for feature, part in zip(features, parts, strict=True))
        raise InputError(
            f"The model works on {wanted} numbers, got {len(vector)}: {names}. Pass arrays of that length."
        )
    return vector


def as_output(feature: Feature, values: Doubles) -> NDArray[Any]:
    """Return numbers in the shape and type of an output.

    Args:
        feature: the output: a number or an array.
        values: [numbers]; one where the output is a number.

    Raises:
        ModelError: they do not fit what is declared.
    """
    declared = feature.type
    if isinstance(declared, Int64 | Double):
        if values.size != 1:
            raise ModelError(f'The output "{feature.name}" is one {declared}, but the model returns {values.size}.')
        return np.asarray(values.reshape(())[()], dtype=np.int64 if isinstance(declared, Int64) else np.float64)
    if not isinstance(declared, MultiArray):
        raise ModelError(f'The output "{feature.name}" is declared as {declared}; wanted a number or an array.')
    if isinstance(declared.shape, FixedShape) and values.shape != declared.shape.sizes:
        if values.size != int(np.prod(declared.shape.sizes)):
            raise ModelError(
                f'The output "{feature.name}" is declared of shape {declared.shape}, but the model returns '
                f"{list(values.shape)}."
            )
        values = values.reshape(declared.shape.sizes)
    return values.astype(declared.dtype, copy=False)
