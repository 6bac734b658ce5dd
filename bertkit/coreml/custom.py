"""Custom layers: what a NeuralNetwork only names, and the user of the model brings.

No code ever comes from a model file. A file holds the name of a class, parameters and weights; the class is registered
by the program that runs the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError, UnsupportedError

Array = NDArray[Any]


class CustomLayer(Protocol):
    """What a registered class makes: one object for every custom layer of a model, made when the model is loaded."""

    def __call__(self, *inputs: Array) -> Array | Sequence[Array]:
        """Compute the layer.

        Args:
            *inputs: float32, in the layer's order. In a network of the legacy mapping they have five axes.

        Returns:
            One array, or one for every output of the layer.
        """


MakesLayer = Callable[[Mapping[str, Any], Sequence[NDArray[np.float32]]], CustomLayer]
Class = TypeVar("Class", bound=MakesLayer)

_CLASSES: dict[str, MakesLayer] = {}


def register_custom_layer(class_name: str) -> Callable[[Class], Class]:
    """Register the class of a custom layer, in place of an earlier one of that name.

    The class is called with the layer's parameters (numbers, strings and truth values by name) and its weights (float32
    arrays, flat, in the order of the file).

    Args:
        class_name: as the model has it.

    Raises:
        InputError: the name is empty.

    Example:
        >>> @register_custom_layer("Swish")
        ... class Swish:
        ...     def __init__(self, parameters, weights):
        ...         self.beta = parameters.get("beta", 1.0)
        ...
        ...     def __call__(self, x):
        ...         return x / (1 + np.exp(-self.beta * x))
    """
    if not class_name:
        raise InputError("A custom layer is registered by the name of its class, got an empty one.")

    def register(made: Class) -> Class:
        _CLASSES[class_name] = made
        return made

    return register


def make_custom_layer(
    class_name: str, parameters: Mapping[str, Any], weights: Sequence[NDArray[np.float32]], place: str
) -> CustomLayer:
    """Make the object that computes a layer.

    Raises:
        UnsupportedError: no class of that name is registered.
    """
    if class_name not in _CLASSES:
        registered = ", ".join(sorted(_CLASSES)) if _CLASSES else "none"
        raise UnsupportedError(
            f'The layer "{place}" is a custom layer of the class "{class_name}", whose code is not in the file. '
            f'Register it before the model is loaded: @register_custom_layer("{class_name}") from bertkit.coreml. '
            f"Registered: {registered}."
        )
    return _CLASSES[class_name](parameters, weights)
