"""One learned array."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """A learned array of a model, as the specification declares it.

    Attributes:
        name: the constant's name in an ML Program, `layer.field` in a NeuralNetwork.
        layer: the operation or layer that uses it.
        shape: of the array as it is used; flat where the specification does not state it.
        storage: how it is stored: `float32`, `float16`, `int8`, `palettized 6-bit`, ...
        count: numbers in it.
        bytes: what it takes in the file, tables and scales included.
        updatable: whether the file allows training to change it.
    """

    name: str
    layer: str
    shape: tuple[int, ...]
    storage: str
    count: int
    bytes: int
    updatable: bool = False
