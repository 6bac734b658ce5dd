"""The result of lowering, a torch.fx graph with one node per operation, and the builder that both walkers fill."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx

from bertkit.coreml.lowering.blocks import Block
from bertkit.coreml.weights import release_pages


@dataclass(frozen=True)
class Lowered:
    """A Core ML function or network as a torch.fx graph.

    Floating-point values are float32 whatever the file declares: a cast to float16 does not round. Integers are int32.

    Attributes:
        module: `forward` takes one tensor per name in `inputs`, float32 or int32, and then one per name in `states`; it
            returns a tuple of tensors in the order of `outputs`, and then what the states have become.
        inputs: feature names.
        outputs: feature names.
        layers: name of each operation or layer, in order of computation, to the fx nodes that hold its output values.
            A node that belongs to shape arithmetic holds an int or a tuple of ints instead of a tensor. One inside a
            branch or a loop is written `block/node`.
        values: name of each value (blob) in the file to the fx node that holds it; the last one where the file reuses a
            name.
        weights: of a NeuralNetwork, layer and field (`("dense", "weights")`) to the buffer of `module` that holds them.
        states: names of what is kept between predictions.
    """

    module: fx.GraphModule
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layers: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]
    weights: Mapping[tuple[str, str], str] = field(default_factory=dict)
    states: tuple[str, ...] = ()


class GraphBuilder:
    """Collects nodes, constants and names, and closes them into a `Lowered`."""

    def __init__(self) -> None:
        self._graph = fx.Graph()
        self._root = torch.nn.Module()
        self._tensors: dict[Hashable, Tensor] = {}
        self._constants: dict[Hashable, fx.Node] = {}
        self._inputs: list[str] = []
        self._layers: dict[str, tuple[str, ...]] = {}
        self._values: dict[str, str] = {}
        self._weights: dict[tuple[str, str], str] = {}

    def add_input(self, name: str) -> fx.Node:
        """Add one argument of `forward`; the order of calls is the order of arguments."""
        node = self.add_argument(name)
        self._inputs.append(name)
        self.name_value(name, node)
        return node

    def add_argument(self, name: str) -> fx.Node:
        """Add one argument of a block, before everything else in it."""
        target = _identifier(name)
        while any(node.target == target for node in self._graph.nodes):
            target += "_"
        first = next((node for node in self._graph.nodes if node.op != "placeholder"), None)
        with self._graph.inserting_before(first) if first is not None else nullcontext():
            return self._graph.create_node("placeholder", target, name=target)

    def add_constant(self, key: Hashable, name: str, array: NDArray[Any]) -> fx.Node:
        """Add a buffer and return the node that reads it; the same key gives the same node.

        Args:
            key: what the file shares, for example a blob's place in the weight file.
            name: a name for the buffer, made unique if need be.
            array: the values; copied, because an fx module may be moved and trained while the file is read-only.
        """
        if key not in self._constants:
            target = _identifier(name)
            while hasattr(self._root, target):
                target += "_"
            if key not in self._tensors:
                self._tensors[key] = as_runtime_tensor(array)
                release_pages(array)  # else a large model is in memory twice
            self._root.register_buffer(target, self._tensors[key])
            self._constants[key] = self._graph.create_node("get_attr", target, name=target)
        return self._constants[key]

    def add_call(self, function: Callable[..., Any], arguments: Mapping[str, Any], name: str) -> fx.Node:
        """Add one operation."""
        return self._graph.create_node("call_function", function, (), dict(arguments), name=_identifier(name))

    def add_item(self, node: fx.Node, index: int, name: str) -> fx.Node:
        """Add the node that picks one of several outputs."""
        return self._graph.create_node("call_function", operator.getitem, (node, index), name=_identifier(name))

    def name_layer(self, name: str, nodes: Sequence[fx.Node]) -> None:
        """Record which nodes hold the outputs of the layer `name`."""
        self._layers[name] = (*self._layers.get(name, ()), *(node.name for node in nodes))

    def name_value(self, name: str, node: fx.Node) -> None:
        """Record which node holds the value `name`."""
        self._values[name] = node.name

    def name_weights(self, layer: str, field: str, node: fx.Node) -> None:
        """Record which buffer holds the weights that `layer` keeps in `field`."""
        self._weights[layer, field] = str(node.target)

    def inner(self) -> GraphBuilder:
        """Return a builder for a block inside this graph, which shares its constants."""
        builder = GraphBuilder()
        builder._tensors = self._tensors
        return builder

    def add_block(
        self, name: str, inner: GraphBuilder, flag: fx.Node | int, takes: Sequence[str], gives: Mapping[str, fx.Node]
    ) -> fx.Node:
        """Close a block and return the node that reads it; see `bertkit.coreml.lowering.blocks.Block`.

        Args:
            name: of the block, made unique if need be.
            inner: from this builder's `inner`.
            flag: what the block returns first.
            takes: name of each input of the block.
            gives: name of each value that it returns to its node.
        """
        inner._graph.output((flag, *gives.values()))
        inner._graph.lint()
        node = self.add_module(name, Block(fx.GraphModule(inner._root, inner._graph), takes, tuple(gives)))
        target = str(node.target)
        for layer, nodes in inner._layers.items():
            self._layers[layer] = (*self._layers.get(layer, ()), *(f"{target}/{node}" for node in nodes))
        self._values.update({value: f"{target}/{node}" for value, node in inner._values.items()})
        self._weights.update({place: f"{target}.graph.{buffer}" for place, buffer in inner._weights.items()})
        return node

    def add_module(self, name: str, module: torch.nn.Module) -> fx.Node:
        """Add a module and return the node that reads it; its name is made unique if need be."""
        target = _identifier(name)
        while hasattr(self._root, target):
            target += "_"
        self._root.add_module(target, module)
        return self._graph.create_node("get_attr", target, name=target)

    def finish(self, outputs: Mapping[str, fx.Node], states: Mapping[str, fx.Node] | None = None) -> Lowered:
        """Close the graph.

        Args:
            outputs: feature name to the node of its tensor.
            states: name of a state to the node of what it becomes; each was added as an input, after all others.
        """
        kept = {} if states is None else states
        self._graph.output((*outputs.values(), *kept.values()))
        self._graph.lint()
        return Lowered(
            module=fx.GraphModule(self._root, self._graph),
            inputs=tuple(self._inputs[: len(self._inputs) - len(kept)]),
            outputs=tuple(outputs),
            layers=dict(self._layers),
            values=dict(self._values),
            weights=dict(self._weights),
            states=tuple(kept),
        )


def as_runtime_tensor(array: NDArray[Any]) -> Tensor:
    """Copy an array into a contiguous tensor of the type it is computed in: float32, int32 or bool."""
    dtype = {"f": np.float32, "i": np.int32, "u": np.int32}.get(array.dtype.kind, array.dtype)
    return torch.from_numpy(np.array(array, dtype=dtype, order="C"))


def _identifier(name: str) -> str:
    """Write any layer name as a Python identifier; fx makes it unique."""
    letters = "".join(letter if letter.isascii() and (letter.isalnum() or letter == "_") else "_" for letter in name)
    return letters if letters[:1].isalpha() or letters[:1] == "_" else f"_{letters}"
