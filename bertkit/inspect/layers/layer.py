"""One layer of a model file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bertkit.coreml.parameters import Parameter


@dataclass(frozen=True)
class Value:
    """What flows between layers.

    Attributes:
        name: unique among the values of the model at any one point.
        dtype: `float16`, `int32`, ...; empty where the file does not say.
        shape: a size of None is not fixed; None altogether where the file does not say.
    """

    name: str
    dtype: str = ""
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True)
class Layer:
    """An operation of an ML Program, a layer of a NeuralNetwork, or a whole model of another type.

    Attributes:
        name: as in the file; inside a pipeline the inner model's name and a dot stand before it.
        kind: type as the file calls it, `linear` or `innerProduct`.
        variant: what the type leaves open and the file states, for example `ReLU` of an `activation`; else empty.
        inputs: the values it computes with, constants left out.
        outputs: what it computes.
        settings: its own constants that are short enough to read, by name.
        parameters: its learned arrays.
        label: a short name, where the name itself does not tell which part of it is one.
        within: name of the branch or loop that it is directly in, and the side of it (`if`, `else`, `condition`,
            `body`); None outside of any.
    """

    name: str
    kind: str
    variant: str = ""
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    label: str = ""
    within: tuple[str, str] | None = None

    @property
    def parameter_count(self) -> int:
        """How many numbers it has learned."""
        return sum(parameter.count for parameter in self.parameters)

    @property
    def bytes(self) -> int:
        """What its parameters take in the file."""
        return sum(parameter.bytes for parameter in self.parameters)

    @property
    def updatable(self) -> bool:
        """Whether training may change some of its parameters."""
        return any(parameter.updatable for parameter in self.parameters)
