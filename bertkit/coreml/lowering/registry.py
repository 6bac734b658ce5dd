"""What can be lowered: one plain function per op or layer, found by name and version.

A function's parameters are the op's inputs by name, and their annotations say what it is called with:

- `Tensor`: a tensor. A constant of the file arrives as a buffer. `TensorList`: a list of tensors.
- `int`, `Sequence[int]`, `int | float`: Python numbers, from a constant or from shape arithmetic (then `torch.SymInt`
  under export). Where only integers are named, whole floats become integers.
- `list[...]`: several of these, where an op takes a list of values.
- anything else: Python values from a constant.

A function that is annotated to return tensors computes; one that returns numbers is shape arithmetic, whose results
stay Python numbers so that a graph with dynamic shapes can be exported.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from torch import Tensor

from bertkit.coreml.lowering.tensor_list import TensorList
from bertkit.errors import ModelError, UnsupportedError

OPSETS = ("iOS13", "iOS14", "iOS15", "iOS16", "iOS17", "iOS18", "iOS26")

_COMPUTED = {Tensor, TensorList}

Function = TypeVar("Function", bound=Callable[..., Any])


class Kind(Enum):
    """How a parameter wants its value."""

    TENSOR = "tensor"
    INTEGERS = "integers"
    NUMBERS = "numbers"
    PLAIN = "plain"


@dataclass(frozen=True)
class Parameter:
    """One parameter of an op's function.

    Attributes:
        kind: how it wants its value.
        several: it takes a list of values.
        required: it has no default.
        positional: it is not keyword-only. Of a layer: it is an input, not part of the layer's parameters.
    """

    kind: Kind
    several: bool
    required: bool
    positional: bool


@dataclass(frozen=True)
class Stored:
    """How a layer stores one of its weights.

    Attributes:
        shape: numbers, names of the layer's integer parameters, names of its lists of integers (which stand for all of
            their elements), or -1 for what is left; or what computes it from the layer's parameters.
        output_axis: computes from the layer's parameters along which axis quantization differs; None for the first.
        described_by: names of the parameters that a computed shape reads and nothing else needs.
        transposed: hand a matrix to the function with its axes exchanged; done once, when the model is loaded.
    """

    shape: tuple[int | str, ...] | Callable[[Mapping[str, Any]], tuple[int, ...]]
    transposed: bool = False
    output_axis: Callable[[Mapping[str, Any]], int] | None = None
    described_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Implementation:
    """One registered function.

    Attributes:
        name: the op or layer.
        since: the first opset in which the op has this meaning.
        function: what the fx graph calls.
        keeps_integers: of a layer: it takes integers as they are instead of as float32.
        weights: of a layer: its weights by name.
    """

    name: str
    since: str
    function: Callable[..., Any]
    keeps_integers: bool = False
    weights: Mapping[str, Stored] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The function's parameters by name."""
        hints = get_type_hints(self.function)
        return {
            name: Parameter(
                kind=_kind(hints[name]),
                several=get_origin(hints[name]) is list,
                required=parameter.default is inspect.Parameter.empty,
                positional=parameter.kind is not inspect.Parameter.KEYWORD_ONLY,
            )
            for name, parameter in inspect.signature(self.function).parameters.items()
        }

    @cached_property
    def returns_tensors(self) -> bool:
        """Whether the result is one or several tensors, and not numbers."""
        return bool(_leaves(self._returned) & _COMPUTED)

    @cached_property
    def returns_several(self) -> bool:
        """Whether the result is a tuple of tensors, one per output."""
        return self.returns_tensors and get_origin(self._returned) is tuple

    @cached_property
    def _returned(self) -> Any:
        return get_type_hints(self.function)["return"]


class Registry:
    """Functions by name, several per name where opsets changed an op.

    Args:
        noun: what is registered, for messages.
        decorator: how one is registered, for messages.
    """

    def __init__(self, noun: str, decorator: str) -> None:
        self._noun = noun
        self._decorator = decorator
        self._versions: dict[str, list[Implementation]] = {}
        self._names: dict[Callable[..., Any], str] = {}

    def add(self, implementation: Implementation) -> None:
        """Register one version of one name."""
        if implementation.since not in OPSETS:
            raise ValueError(f"since must be one of {', '.join(OPSETS)}, got {implementation.since}")
        versions = self._versions.setdefault(implementation.name, [])
        versions.append(implementation)
        self._names[implementation.function] = implementation.name
        versions.sort(key=lambda version: OPSETS.index(version.since))

    def names(self) -> AbstractSet[str]:
        """Return every registered name."""
        return self._versions.keys()

    def name_of(self, function: Any) -> str | None:
        """Return the name under which a function is registered; None for any other."""
        return self._names.get(function)

    def find(self, name: str, opset: str | None = None) -> Implementation | None:
        """Return the newest version of `name` that is not above `opset`; None stands for the newest opset."""
        newest = OPSETS.index(OPSETS[-1] if opset is None else opset)
        found = [version for version in self._versions.get(name, ()) if OPSETS.index(version.since) <= newest]
        return found[-1] if found else None

    def get(self, name: str, place: str, opset: str | None = None) -> Implementation:
        """Return what `find` finds.

        Args:
            name: the op or layer.
            place: the operation's name in the model.
            opset: the opset the model was written for; None where there are none.

        Raises:
            UnsupportedError: nothing is registered for `name` and `opset`.
        """
        found = self.find(name, opset)
        if found is None:
            raise UnsupportedError(
                f'{self._noun} "{name}"{"" if opset is None else f" ({opset})"} at "{place}" is not supported. '
                f"Available: {', '.join(sorted(self._versions))}. "
                f'Convert the model without it, or register a function with @{self._decorator}("{name}").'
            )
        return found


def check_arguments(implementation: Implementation, given: AbstractSet[str], place: str) -> None:
    """Check that an operation's inputs are those that its function takes.

    Raises:
        UnsupportedError: an input is given that the function does not know.
        ModelError: a required input is missing.
    """
    known = implementation.parameters
    unknown = sorted(given - known.keys())
    if unknown:
        raise UnsupportedError(
            f'{implementation.name} "{place}" uses {", ".join(unknown)}, which is not supported. '
            f"Available: {', '.join(known)}."
        )
    missing = [name for name, parameter in known.items() if parameter.required and name not in given]
    if missing:
        raise ModelError(f'{implementation.name} "{place}" lacks the required {", ".join(missing)}.')


OPS = Registry("The op", "op")
LAYERS = Registry("The layer type", "layer")
OPS_ON_SIZES = Registry("The op on sizes", "op_on_sizes")
LAYERS_ON_SIZES = Registry("The layer on sizes", "layer_on_sizes")


def op(name: str, since: str = "iOS13") -> Callable[[Function], Function]:
    """Register a function for an op of ML Programs."""
    return _registers(OPS, name, since=since)


def op_on_sizes(name: str, since: str = "iOS13") -> Callable[[Function], Function]:
    """Register a function for an op whose operands are sizes or constants only."""
    return _registers(OPS_ON_SIZES, name, since=since)


def layer(
    name: str, keeps_integers: bool = False, weights: Mapping[str, Stored] | None = None
) -> Callable[[Function], Function]:
    """Register a function for a NeuralNetwork layer.

    The function's positional parameters are the layer's inputs in order; all parameters may also be given by the
    layer's fields, in snake case and with protobuf's own defaults.

    Args:
        name: the layer's field name in the specification, for a nested choice followed by its field name:
            `activation.leakyReLU`.
        keeps_integers: the layer only moves values, or takes indices: its inputs are not converted to float32.
        weights: those of its fields that hold weights; those of a nested message as `message.field`, or
            `message.0.field` where there are several. The function takes these as one mapping named as the message.
    """
    return _registers(LAYERS, name, keeps_integers=keeps_integers, weights=weights)


def layer_on_sizes(name: str) -> Callable[[Function], Function]:
    """Register a function for a NeuralNetwork layer whose inputs are sizes or constants only."""
    return _registers(LAYERS_ON_SIZES, name)


def _registers(
    registry: Registry,
    name: str,
    since: str = OPSETS[0],
    keeps_integers: bool = False,
    weights: Mapping[str, Stored] | None = None,
) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        registry.add(Implementation(name, since, function, keeps_integers, {} if weights is None else weights))
        return function

    return register


def _kind(annotation: Any) -> Kind:
    leaves = _leaves(annotation)
    if leaves & _COMPUTED:
        return Kind.TENSOR
    if int in leaves:
        return Kind.NUMBERS if float in leaves else Kind.INTEGERS
    return Kind.PLAIN


def _leaves(annotation: Any) -> set[Any]:
    arguments = [argument for argument in get_args(annotation) if argument is not Ellipsis]
    return set().union(*map(_leaves, arguments)) if arguments else {annotation}
