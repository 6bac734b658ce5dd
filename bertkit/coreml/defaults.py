"""What stands for an optional input that a caller leaves out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bertkit.coreml.features import Dictionary, Double, Feature, Int64, MultiArray, Sequence, String
from bertkit.errors import InputError

_MOST_ELEMENTS = 1 << 28


def is_left_out(feature: Feature) -> bool:
    """Say whether a missing value stays missing, for the model to do without: an empty one would mean another thing."""
    return isinstance(feature.type, Int64 | String | Dictionary | Sequence)


def default_value(feature: Feature) -> Any:
    """Return the value of an optional input that is not given.

    A multi-array of its default shape, filled with the declared default or zeros; of a double NaN, which stands for
    "missing" in every model that tells the two apart.

    Raises:
        InputError: the input has no such value: an array of no or an enormous shape, an image.
    """
    if isinstance(feature.type, MultiArray):
        return _filled(feature, feature.type)
    if isinstance(feature.type, Double):
        return np.asarray(np.nan)
    raise InputError(
        f'The optional input "{feature.name}" ({feature.type}) was left out, and nothing stands for a missing '
        f"{feature.type.kind}. Pass it."
    )


def _filled(feature: Feature, declared: MultiArray) -> Any:
    sizes = declared.shape.default
    if sizes is None:
        raise InputError(
            f'The optional input "{feature.name}" ({feature.type}) has no single shape to fill with a default. Pass it.'
        )
    if math.prod(sizes) > _MOST_ELEMENTS:
        raise InputError(
            f'The optional input "{feature.name}" ({feature.type}) was left out; its default would hold '
            f"{math.prod(sizes):,} numbers, more than the {_MOST_ELEMENTS:,} that are filled in. Pass it."
        )
    return np.full(sizes, 0.0 if declared.default is None else declared.default, dtype=declared.dtype)
