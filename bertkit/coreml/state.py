"""What a model keeps between predictions."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml import features
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import InputError, UnsupportedError

Array = NDArray[Any]


class State:
    """The arrays that one sequence of predictions keeps, all zero at first; `Model.new_state` makes one.

    A prediction with a state reads it and leaves it changed. States are independent of each other and of the model:
    each conversation or stream has its own. Two predictions with one state wait for each other.
    """

    def __init__(self, described: Sequence[Feature]) -> None:
        self._types = {feature.name: _array_type(feature) for feature in described}
        self._arrays = {name: np.zeros(_sizes(name, kind), kind.dtype) for name, kind in self._types.items()}
        self.lock = threading.RLock()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays, as in `description.states`."""
        return tuple(self._types)

    def read_state(self, name: str) -> Array:
        """Return a copy of one array, of the declared shape and data type.

        Raises:
            InputError: the model has no state of that name.
        """
        self._check_name(name)
        return np.array(self._arrays[name])

    def write_state(self, name: str, value: object) -> None:
        """Replace one array.

        Args:
            name: as in `description.states`.
            value: of the declared shape; it is rounded to the declared data type, which is float16 as a rule.

        Raises:
            InputError: the model has no state of that name, or the shape is another, or these are no numbers.
        """
        self._check_name(name)
        wanted = self._arrays[name]
        array = np.asarray(value)
        if array.shape != wanted.shape or array.dtype.kind not in "biuf":
            raise InputError(
                f'The state "{name}" must be {wanted.dtype} of shape {list(wanted.shape)}, got {array.dtype} of shape '
                f"{list(array.shape)}."
            )
        self._arrays[name] = array.astype(wanted.dtype)

    def arrays(self) -> Mapping[str, Array]:
        """Return all arrays by name; they are not to be changed."""
        return self._arrays

    def replace(self, arrays: Mapping[str, Array]) -> None:
        """Replace all arrays by what a prediction returned for them."""
        for name, kind in self._types.items():
            with np.errstate(over="ignore"):  # what exceeds float16 becomes infinite, as in Core ML
                self._arrays[name] = arrays[name].astype(kind.dtype)

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name}: {array.dtype} {list(array.shape)}" for name, array in self._arrays.items())
        return f"State({arrays})"

    def _check_name(self, name: str) -> None:
        if name not in self._types:
            raise InputError(f'The model keeps no state "{name}". It keeps: {", ".join(self._types)}.')


def _array_type(feature: Feature) -> MultiArray:
    if not isinstance(feature.type, features.State):
        raise UnsupportedError(f'The state "{feature.name}" is described as {feature.type}, not as a state.')
    return feature.type.array


def _sizes(name: str, kind: MultiArray) -> tuple[int, ...]:
    if not isinstance(kind.shape, FixedShape):
        raise UnsupportedError(f'The state "{name}" has the shape {kind.shape}; only fixed shapes are supported.')
    return kind.shape.sizes
