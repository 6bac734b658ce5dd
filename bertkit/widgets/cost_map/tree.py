"""The modules and layers of a model as one list of nodes, with what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bertkit.insight.cost import Cost, Timing
from bertkit.inspect.atlas import Atlas
from bertkit.inspect.block import Block
from bertkit.inspect.layers import Layer
from bertkit.widgets.icicle import Bar, icicle
from bertkit.widgets.model_map.labels import layer_label


@dataclass(frozen=True)
class Node:
    """A module or a layer.

    Attributes:
        name: the last part of its path.
        kind: class of the module, or type of the layer.
        parent: the node around it; -1 for the model.
        path: of a module, names joined by slashes; of a layer its name in the file.
        layers: names of the layers in it; of a layer its own.
        is_layer: whether it is a layer.
    """

    name: str
    kind: str
    parent: int
    path: str
    layers: tuple[str, ...]
    is_layer: bool


def nodes_of(atlas: Atlas) -> list[Node]:
    """List a model's modules and layers, each after what is around it; the first is the model."""
    nodes: list[Node] = []

    def add(part: Block | Layer, parent: int, above: str) -> None:
        if isinstance(part, Layer):
            nodes.append(Node(layer_label(part), part.variant or part.kind, parent, part.name, (part.name,), True))
            return
        path = f"{above}/{part.name}" if above else part.name
        index = len(nodes)
        nodes.append(Node(part.name, part.kind, parent, path, tuple(layer.name for layer in part.layers()), False))
        for inner in part.parts:
            add(inner, index, path)

    add(atlas.structure.root, -1, "")
    return nodes


def timings(nodes: Sequence[Node], cost: Cost) -> list[Timing | None]:
    """Return the time of each node; None where nothing in it was measured. The model's is that of all layers."""
    return [cost.parts, *(cost.together(node.layers) for node in nodes[1:])]


def bars(nodes: Sequence[Node], times: Sequence[Timing | None]) -> list[Bar]:
    """Place the nodes by their median times."""
    return icicle([node.parent for node in nodes], [0.0 if time is None else time.median_ms for time in times])
