"""Which values a parameter of an update may take, from the file's declarations and from what makes sense at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bertkit.errors import InputError


@dataclass(frozen=True)
class Allowed:
    """What one parameter may be.

    Attributes:
        kind: `integer`, `number`, `boolean` or `array`.
        least: smallest value, included; None for no bound.
        most: largest value, included; None for no bound.
        values: the only ones allowed; empty where they are not listed.
        shape: of an array.
    """

    kind: str
    least: float | None = None
    most: float | None = None
    values: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()

    def checked(self, value: object, name: str) -> Any:
        """Return `value` as an int, float, bool or float32 array.

        Raises:
            InputError: it is of another kind, not finite, or not allowed.
        """
        converted = _CONVERTERS[self.kind](value)
        if converted is None:
            raise InputError(f"{name} must be {self}; got {value!r}.")
        if self.kind == "array":
            return self._checked_array(converted, name)
        listed = not self.values or converted in self.values
        bounded = (self.least is None or converted >= self.least) and (self.most is None or converted <= self.most)
        if not listed or not bounded:
            raise InputError(f"{name} must be {self}, as the model declares; got {converted}.")
        return converted

    def _checked_array(self, array: Any, name: str) -> Any:
        if array.shape != self.shape:
            raise InputError(f"{name} must be {self}; got shape {list(array.shape)}.")
        if not np.isfinite(array).all():
            raise InputError(f"{name} must hold finite numbers only.")
        return array

    def __str__(self) -> str:
        if self.kind == "array":
            return f"an array of shape {list(self.shape)}"
        if self.kind == "boolean":
            return "true or false"
        noun = "a whole number" if self.kind == "integer" else "a finite number"
        if self.values:
            return f"one of {', '.join(map(str, self.values))}"
        if self.least is not None and self.most is not None:
            return f"{noun} from {self.least:g} to {self.most:g}"
        return noun if self.least is None else f"{noun} of at least {self.least:g}"


def _integer(value: object) -> int | None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        return None
    return int(value)


def _number(value: object) -> float | None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        return None
    return float(value) if math.isfinite(value) else None


def _boolean(value: object) -> bool | None:
    return bool(value) if isinstance(value, (bool, np.bool_)) else None


def _array(value: object) -> Any:
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array.astype(np.float32) if array.dtype.kind in "iuf" else None


_CONVERTERS: dict[str, Callable[[object], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
}
