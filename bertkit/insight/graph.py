"""A lowered model, computed one operation at a time and only as far as wanted. Imports torch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx

from bertkit.coreml.lowering.graph import Lowered

Array = NDArray[Any]
Values = Mapping[str, Tensor]


def walk(
    lowered: Lowered, given: Values, wanted: Collection[str], *, gradients: bool = False
) -> Iterator[tuple[str, Any]]:
    """Compute what the wanted nodes need, and yield every node with its value as soon as it is known.

    Values are dropped once nothing needs them any more, so a walk holds no more than one run of the model does. Stop
    iterating to stop computing.

    Args:
        lowered: the model.
        given: values of nodes that are not to be computed, by node name: the inputs, or whatever stands in for a part.
        wanted: names of nodes.
        gradients: keep what it takes to differentiate the wanted values by the given ones.

    Returns:
        Name and value of each computed node, in the order of the graph: a tensor, or numbers in shape arithmetic.

    Raises:
        ValueError: a wanted node depends on an input that is not given.
    """
    nodes = {node.name: node for node in lowered.module.graph.nodes}
    needed = _needed(nodes, given, wanted)
    order = [node for name, node in nodes.items() if name in needed]
    missing = [node.name for node in order if node.op == "placeholder"]
    if missing:
        raise ValueError(f'the input "{missing[0]}" is needed and not given')
    last_use = {argument: node for node in order for argument in node.all_input_nodes}
    done_with: dict[fx.Node, list[fx.Node]] = {node: [] for node in order}
    for argument, node in last_use.items():
        done_with[node].append(argument)
    known = {nodes[name]: value for name, value in given.items()}
    return _run(lowered.module, done_with, known, torch.enable_grad if gradients else torch.inference_mode)


def _run(
    module: fx.GraphModule,
    steps: Mapping[fx.Node, Sequence[fx.Node]],
    values: dict[fx.Node, Any],
    mode: Callable[[], AbstractContextManager[Any]],
) -> Iterator[tuple[str, Any]]:
    """Compute nodes one by one.

    Args:
        module: holds the constants.
        steps: nodes in order, each with the nodes that nothing needs after it.
        values: what is known; what is computed joins it.
        mode: torch's mode for each operation; it is left before a value is handed out.
    """
    for node, done_with in steps.items():
        with mode():
            value = _compute(module, node, values)
        values[node] = value
        for argument in done_with:
            del values[argument]
        yield node.name, value
        del value


def _compute(module: fx.GraphModule, node: fx.Node, values: Mapping[fx.Node, Any]) -> Any:
    """Compute one node; lowered graphs hold constants and calls of functions only."""
    if node.op == "get_attr":
        return getattr(module, str(node.target))
    arguments, keywords = fx.node.map_arg((node.args, node.kwargs), values.__getitem__)
    assert callable(node.target)
    return node.target(*arguments, **keywords)


def compute(lowered: Lowered, given: Values, wanted: Collection[str], *, gradients: bool = False) -> dict[str, Any]:
    """Return the values of the wanted nodes; arguments as `walk`."""
    walked = walk(lowered, given, wanted, gradients=gradients)
    return {name: value for name, value in walked if name in wanted}


def given_inputs(lowered: Lowered, inputs: Mapping[str, Array]) -> dict[str, Tensor]:
    """Return a model's inputs as `walk` takes them.

    Args:
        lowered: the model.
        inputs: by feature name, of the types that the graph computes in: float32 or int32.
    """
    device = next((buffer.device for buffer in lowered.module.buffers()), torch.device("cpu"))
    return {
        lowered.values[name]: torch.from_numpy(np.ascontiguousarray(inputs[name])).to(device) for name in lowered.inputs
    }


def given_layers(lowered: Lowered, inputs: Mapping[str, Array], layers: Mapping[str, Array]) -> dict[str, Tensor]:
    """Return a model's inputs and the values of some of its layers as `walk` takes them; it then starts from those."""
    given = given_inputs(lowered, inputs)
    device = next(iter(given.values())).device
    return given | {node_of(lowered, layer): torch.from_numpy(array).to(device) for layer, array in layers.items()}


def output_nodes(lowered: Lowered) -> dict[str, str]:
    """Return the node that holds each output, by feature name."""
    (output,) = (node for node in lowered.module.graph.nodes if node.op == "output")
    return {name: node.name for name, node in zip(lowered.outputs, output.args[0], strict=True)}


def node_of(lowered: Lowered, layer: str) -> str:
    """Return the node that holds the first output of a layer."""
    return lowered.layers[layer][0]


def layers_of_nodes(lowered: Lowered) -> dict[str, str]:
    """Return which layer each computing node belongs to.

    Nodes without a name of their own (conversions between types, calls with several outputs) belong to the layer that
    uses them first.
    """
    owners = {node: layer for layer, nodes in lowered.layers.items() for node in nodes}
    for node in reversed(lowered.module.graph.nodes):
        if node.op == "call_function" and node.name not in owners:
            user = next((owners[user.name] for user in node.users if user.name in owners), None)
            if user is not None:
                owners[node.name] = user
    return owners


def as_array(value: Any) -> Array:
    """Convert a node's value: a tensor, or in shape arithmetic a number or several."""
    return value.cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)


def _needed(nodes: Mapping[str, fx.Node], given: Values, wanted: Collection[str]) -> set[str]:
    needed: set[str] = set()
    waiting = [name for name in wanted if name not in given]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(argument.name for argument in nodes[name].all_input_nodes if argument.name not in given)
    return needed
