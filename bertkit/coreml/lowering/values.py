"""What flows between operations while a graph is built, and how it is handed to an op's function."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx

from bertkit.coreml.lowering.blocks import computed
from bertkit.coreml.lowering.graph import GraphBuilder
from bertkit.coreml.lowering.registry import Kind, Parameter
from bertkit.errors import ModelError, UnsupportedError


@dataclass(frozen=True, eq=False)
class Constant:
    """A value that is known when the model is loaded.

    Attributes:
        name: for the buffer it may become.
        key: equal for constants that the file stores once.
        array: any shape; strings as an object array.
    """

    name: str
    key: Hashable
    array: NDArray[Any]


@dataclass(frozen=True)
class Computed:
    """A value that the graph computes.

    Attributes:
        node: the fx node.
        is_tensor: False for sizes: an int, or a tuple of ints.
        is_integer: the tensor is known to hold integers; only networks keep track of it.
        missing: what is wrong when nothing has computed it; empty where that cannot be.
    """

    node: fx.Node
    is_tensor: bool = True
    is_integer: bool = False
    missing: str = ""


Value = Constant | Computed
Argument = Value | Sequence[Value]


def as_argument(builder: GraphBuilder, argument: Argument, parameter: Parameter, place: str) -> Any:
    """Turn a value into what an op's function wants for one of its parameters.

    Args:
        builder: takes the nodes that are needed for it.
        argument: one value, or several for a list.
        parameter: what the function wants.
        place: operation and parameter, for messages.

    Raises:
        ModelError: a list arrives where one value is wanted.
        UnsupportedError: the parameter is neither a tensor nor numbers, and is computed.
    """
    values = _flat(argument)
    if parameter.several:
        return [_as_one(builder, value, parameter.kind, place) for value in values]
    if len(values) != 1:
        raise ModelError(f"{place} must be one value, got a list of {len(values)}.")
    return _as_one(builder, values[0], parameter.kind, place)


def _as_one(builder: GraphBuilder, value: Value, kind: Kind, place: str) -> Any:
    if kind is Kind.TENSOR:
        return as_tensor_node(builder, value)
    if isinstance(value, Constant):
        return as_python(value.array, integers=kind is Kind.INTEGERS)
    if kind is Kind.PLAIN:
        raise UnsupportedError(
            f"{place} is computed from the model's inputs; only a constant is supported. "
            "Convert the model with this value fixed."
        )
    if not value.is_tensor:
        return value.node
    arguments = {"x": value.node, "integers": kind is Kind.INTEGERS}
    return builder.add_call(tensor_to_numbers, arguments, f"{value.node.name}_numbers")


def are_sizes(arguments: Iterable[Argument]) -> bool:
    """Say whether at least one argument is a size, and none is a tensor.

    Tensors are what the graph computes as such, and constants of more than one axis: a table of which a size tells how
    much to take.
    """
    flat = [value for argument in arguments for value in _flat(argument)]
    if any(isinstance(value, Constant) and value.array.ndim > 1 for value in flat):
        return False
    computed = [value for value in flat if isinstance(value, Computed)]
    return bool(computed) and not any(value.is_tensor for value in computed)


def _flat(argument: Argument) -> Sequence[Value]:
    return argument if isinstance(argument, Sequence) else [argument]


def as_tensor_node(builder: GraphBuilder, value: Value) -> fx.Node:
    """Return the node of a tensor: a buffer for a constant, a new tensor for sizes."""
    if isinstance(value, Constant):
        return builder.add_constant(value.key, value.name, value.array)
    if value.missing:
        return builder.add_call(computed, {"value": value.node, "missing": value.missing}, f"{value.node.name}_there")
    if value.is_tensor:
        return value.node
    return builder.add_call(sizes_to_tensor, {"sizes": value.node}, f"{value.node.name}_tensor")


def tensor_to_numbers(x: Tensor, integers: bool) -> Any:
    """Read a computed tensor as a number, or as nested tuples of them; a graph that does so cannot be exported."""
    return _tuples((x.to(torch.int64) if integers else x).tolist())


def sizes_to_tensor(sizes: int | float | Sequence[int | float]) -> Tensor:
    """Turn one number or a tuple of them into an int32 or float32 tensor without reading any tensor."""
    if not isinstance(sizes, (tuple, list)):
        is_float = isinstance(sizes, (float, torch.SymFloat))
        return torch.scalar_tensor(sizes, dtype=torch.float32 if is_float else torch.int32)  # type: ignore[arg-type]
    return torch.stack([sizes_to_tensor(size) for size in sizes])


def as_python(array: NDArray[Any], integers: bool) -> Any:
    """Turn an array into a number, a string, or nested tuples of them.

    Args:
        array: any shape.
        integers: turn whole floats into ints; a NeuralNetwork stores integers as floats.
    """
    if integers and array.dtype.kind == "f" and np.array_equal(array, np.trunc(array)):
        array = array.astype(np.int64)
    return _tuples(array.tolist())


def _tuples(values: Any) -> Any:
    return tuple(map(_tuples, values)) if isinstance(values, list) else values
