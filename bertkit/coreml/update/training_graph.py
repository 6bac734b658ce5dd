"""A lowered network cut in two: what training cannot change, and what it can. Imports torch: import it lazily.

The frozen half is computed once an example and its results are kept; an epoch costs the trained half only. That half
holds nothing but layers that propagate gradients, and runs on many examples at once by `torch.func.vmap`, so that every
example is computed as if it were alone whatever its layers do with leading axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx

from bertkit.coreml.engines.base import Array, runtime_array
from bertkit.coreml.lowering.graph import Lowered
from bertkit.coreml.lowering.network.activation import softmax
from bertkit.coreml.update.declaration import CROSS_ENTROPY, NetworkDeclaration
from bertkit.errors import ModelError


@dataclass(frozen=True)
class TrainingGraph:
    """The two halves of a network.

    Attributes:
        inputs: those that the frozen half takes, in order.
        frozen: takes them and returns a tuple of what the trained half begins with.
        trained: takes that and the trained weights, and returns what the loss is of; for cross-entropy the scores
            before the softmax, from which the loss is computed without losing small probabilities.
        weights: initial values of the trained weights, in the order in which `trained` takes them.
    """

    inputs: tuple[str, ...]
    frozen: fx.GraphModule
    trained: fx.GraphModule
    weights: tuple[Tensor, ...]

    def begin(self, example: Mapping[str, Array]) -> tuple[Tensor, ...]:
        """Compute the frozen half of one example."""
        with torch.inference_mode():
            arguments = [torch.from_numpy(runtime_array(example[name])) for name in self.inputs]
            values = self.frozen(*arguments)
        return tuple(torch.from_numpy(value.numpy().copy()) for value in values)  # no inference tensors

    def finish(self, started: Sequence[Tensor], weights: Sequence[Tensor]) -> Tensor:
        """Compute the trained half of several examples of one shape.

        Args:
            started: what `begin` returned, stacked: [examples, ...].
            weights: the trained weights.

        Returns:
            [examples, ...]: what the loss is of.
        """
        axes = (0,) * len(started) + (None,) * len(weights)
        finished: Tensor = torch.func.vmap(self.trained, axes)(*started, *weights)
        return finished


def split(lowered: Lowered, declaration: NetworkDeclaration) -> TrainingGraph:
    """Cut a lowered network.

    Raises:
        ModelError: no weights that may change lead to the loss.
    """
    buffers = [lowered.weights[place] for place in declaration.weights.values()]
    nodes = {node.name: node for node in lowered.module.graph.nodes}
    goal = nodes[lowered.values[declaration.loss_input]]
    if declaration.loss == CROSS_ENTROPY and goal.target is softmax:
        goal = goal.kwargs["x"]
    needed = _upward(goal)
    trained = _depending(needed, set(buffers))
    if goal not in trained:
        raise ModelError(
            f'No updatable layer leads to "{declaration.loss_input}", which the loss is of: training would change '
            "nothing. Mark a layer before it as updatable."
        )
    boundary = _boundary(needed, trained)
    names = dict(zip(_placeholders(lowered), lowered.inputs, strict=True))
    frozen = _frozen_half(lowered.module, needed, trained, boundary)
    return TrainingGraph(
        inputs=tuple(names[node] for node in _placeholders(lowered) if node in needed),
        frozen=frozen,
        trained=_trained_half(lowered.module, needed, trained, boundary, buffers, goal),
        weights=tuple(lowered.module.get_buffer(name).detach().clone() for name in buffers),
    )


def _upward(goal: fx.Node) -> list[fx.Node]:
    """Return the nodes that a node depends on, and the node itself, in order of computation."""
    needed, stack = {goal}, [goal]
    while stack:
        for node in stack.pop().all_input_nodes:
            if node not in needed:
                needed.add(node)
                stack.append(node)
    return [node for node in goal.graph.nodes if node in needed]


def _depending(needed: Sequence[fx.Node], buffers: set[str]) -> set[fx.Node]:
    """Return the nodes that change with the trained weights, and those that read them."""
    trained: set[fx.Node] = set()
    for node in needed:
        reads = node.op == "get_attr" and node.target in buffers
        if reads or any(other in trained for other in node.all_input_nodes):
            trained.add(node)
    return trained


def _boundary(needed: Sequence[fx.Node], trained: set[fx.Node]) -> list[fx.Node]:
    """Return the frozen values that trained nodes begin with; constants stay with both halves."""
    used = {other for node in needed if node in trained for other in node.all_input_nodes}
    return [node for node in needed if node in used - trained and node.op != "get_attr"]


def _placeholders(lowered: Lowered) -> list[fx.Node]:
    return [node for node in lowered.module.graph.nodes if node.op == "placeholder"]


def _frozen_half(
    module: fx.GraphModule, needed: Sequence[fx.Node], trained: set[fx.Node], boundary: Sequence[fx.Node]
) -> fx.GraphModule:
    graph = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in needed:
        if node not in trained:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(tuple(copies[node] for node in boundary))
    return fx.GraphModule(module, graph)


def _trained_half(
    module: fx.GraphModule,
    needed: Sequence[fx.Node],
    trained: set[fx.Node],
    boundary: Sequence[fx.Node],
    buffers: Sequence[str],
    goal: fx.Node,
) -> fx.GraphModule:
    graph = fx.Graph()
    copies: dict[fx.Node, Any] = {node: graph.placeholder(f"started_{node.name}") for node in boundary}
    weights = {name: graph.placeholder(f"weight_{name}") for name in buffers}
    for node in needed:
        if node in copies:
            continue
        if node.op == "get_attr":
            target = str(node.target)
            copies[node] = weights[target] if target in weights else graph.node_copy(node)
        elif node in trained:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(copies[goal])
    return fx.GraphModule(module, graph)
