"""Targets as the losses take them, checked against the network."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.update.declaration import CROSS_ENTROPY, NetworkDeclaration
from bertkit.errors import InputError

Array = NDArray[Any]


def make_target(declaration: NetworkDeclaration, value: Array, size: int, index: int) -> Array:
    """Turn the target of one example into a class index or a flat float32 array.

    Args:
        declaration: of the network.
        value: the checked value of the target's training input.
        size: how many numbers the loss is of.
        index: of the example, for messages.

    Returns:
        [] int64 for cross-entropy, [size] float32 for the mean squared error.

    Raises:
        InputError: there is no such class or label, or the number of values differs.
    """
    place = f'Example {index}: the target "{declaration.target}"'
    if declaration.loss == CROSS_ENTROPY:
        return np.asarray(_class_index(declaration, value, size, place), dtype=np.int64)
    if value.size != size:
        raise InputError(f"{place} must hold {size} values, as many as the network computes; got {value.size}.")
    flat = np.ascontiguousarray(value, dtype=np.float32).reshape(-1)
    if not np.isfinite(flat).all():
        raise InputError(f"{place} must hold finite numbers only.")
    return flat


def _class_index(declaration: NetworkDeclaration, value: Array, size: int, place: str) -> int:
    if value.size != 1:
        raise InputError(f"{place} must be one class, got {value.size} values.")
    single = value.reshape(()).item()
    if declaration.labels:
        if single not in declaration.labels:
            shown = ", ".join(map(str, declaration.labels[:20]))
            more = f" and {len(declaration.labels) - 20} more" if len(declaration.labels) > 20 else ""
            raise InputError(f"{place} must be one of the labels {shown}{more}; got {single!r}.")
        return declaration.labels.index(single)
    if not 0 <= single < size or single != int(single):
        raise InputError(f"{place} must be a class from 0 to {size - 1}; got {single}.")
    return int(single)
