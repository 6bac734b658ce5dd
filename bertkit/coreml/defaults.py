"""What stands for an optional input that a caller leaves out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bertkit.coreml.features import Dictionary, Double, Feature, MultiArray, Sequence
from bertkit.errors import InputError

_MOST_ELEMENTS = 1 << 28


def default_value(feature: Feature) -> Any:
    """Return the value of an optional input that is not given.

    A multi-array of its default shape, filled with the declared default or zeros; of a double NaN, which stands for
    "missing" in every model that tells the two apart; an empty dictionary or sequence.

    Raises:
        InputError: the input has no such value: an array of no or an enormous shape, an image, a string, an integer.
    """
    if isinstance(feature.type, MultiArray):
        return _filled(feature, feature.type)
    if isinstance(feature.type, Double):
        return np.asarray(np.nan)
    if isinstance(feature.type, Dictionary):
        return {}
    if isinstance(feature.type, Sequence) and feature.type.length[0] == 0:
        return []
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
