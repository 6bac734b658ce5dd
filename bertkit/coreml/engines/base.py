"""What every engine can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Engine(Protocol):
    """A model made ready to run.

    Attributes:
        name: `torch`, `openvino` or `apple`.
        settings: what it runs with, for example the device and the precision, as text for people and logs.
    """

    @property
    def name(self) -> str:
        """The engine's name, as in `Configuration.engine`."""

    @property
    def settings(self) -> str:
        """Device, precision and threads, as text for people and logs."""

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Any]:
        """Compute the outputs.

        Args:
            inputs: one array for every input and every state of the function, checked and of the declared types.

        Returns:
            Output name to array, float32 or int32 whatever the model declares; to a dictionary by label where an engine
            makes the probabilities itself. Under the name of a state, what it has become.
        """

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value.

        Args:
            inputs: as for `run`.
            layers: names of the layers wanted; None for all.

        Returns:
            Layer name to its output value, in order of computation. The second and later outputs of a layer stand under
            `name:1`, `name:2` and so on.

        Raises:
            InputError: the model has no layer of one of these names.
        """


def runtime_array(array: Array) -> Array:
    """Convert a checked input to the type that graphs compute in: float32 or int32, contiguous and writable."""
    return np.array(array, dtype=np.float32 if array.dtype.kind == "f" else np.int32)
