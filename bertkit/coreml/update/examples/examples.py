"""Checked training examples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bertkit.coreml.checks import check_inputs
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import InputError


@dataclass(frozen=True)
class Examples:
    """Values of the training inputs, example by example.

    Attributes:
        rows: one dictionary an example: training input to what `check_inputs` makes of its value.
    """

    rows: Sequence[Mapping[str, Any]]

    @classmethod
    def checked(cls, features: tuple[Feature, ...], rows: Iterable[object]) -> Examples:
        """Check examples against the training inputs of a model.

        Args:
            features: the training inputs.
            rows: one dictionary an example. A single number stands for an array of shape [1].

        Raises:
            InputError: an example does not fit, named by its index, or there is none.
        """
        checked = [_checked(features, row, index) for index, row in enumerate(rows)]
        if not checked:
            raise InputError("There are no training examples. Pass at least one.")
        return cls(tuple(checked))

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def digest(self) -> str:
        """The blake2b digest (32 hexadecimal digits) of all values in their order."""
        digest = hashlib.blake2b(digest_size=16)
        for row in self.rows:
            for name in sorted(row):
                array = row[name]
                if not isinstance(array, np.ndarray):  # a dictionary or a sequence
                    digest.update(f"{name}|{array!r}|".encode())
                    continue
                digest.update(f"{name}|{array.dtype}|{array.shape}|".encode())
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def _checked(features: tuple[Feature, ...], row: object, index: int) -> dict[str, Any]:
    try:
        values = _with_an_axis(features, row) if isinstance(row, Mapping) else row
        arrays = check_inputs(features, values)  # type: ignore[arg-type]  # refuses what is no mapping
        _check_finite(arrays)
    except InputError as error:
        raise InputError(f"Example {index}: {error}") from error
    return arrays


def _with_an_axis(features: tuple[Feature, ...], row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Give single numbers their axis where the model takes an array of one."""
    values = dict(row)
    for feature in features:
        is_single = isinstance(feature.type, MultiArray) and feature.type.shape == FixedShape((1,))
        if is_single and np.isscalar(values.get(feature.name)):
            values[feature.name] = [values[feature.name]]
    return values


def _check_finite(arrays: Mapping[str, Any]) -> None:
    for name, array in arrays.items():
        if isinstance(array, np.ndarray) and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise InputError(f'The training input "{name}" must hold finite numbers only; it holds NaN or infinity.')
