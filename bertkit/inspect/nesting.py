"""Branches and loops as modules: what is inside them stands under them, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bertkit.inspect.block import Block
from bertkit.inspect.layers import Layer

CONTROL_FLOW = frozenset({"branch", "loop", "cond", "while_loop"})
"""Types of layers that hold layers."""

_Sides = dict[str, list[Layer]]


def outside(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that are in no branch and no loop."""
    return [layer for layer in layers if not layer.within]


def nest(tree: Block, layers: Sequence[Layer]) -> Block:
    """Put a module in the place of every branch and loop: the layer itself, and its sides as modules.

    Args:
        tree: of the layers that are in no branch and no loop.
        layers: all of the model.
    """
    inside: dict[str, _Sides] = {}
    for layer in layers:
        if layer.within:
            owner, side = layer.within
            inside.setdefault(owner, {}).setdefault(side, []).append(layer)
    return _nested(tree, inside) if inside else tree


def _nested(block: Block, inside: Mapping[str, _Sides]) -> Block:
    parts = tuple(_nested(part, inside) if isinstance(part, Block) else _part(part, inside) for part in block.parts)
    return Block(block.name, block.kind, parts, block.named)


def _part(layer: Layer, inside: Mapping[str, _Sides]) -> Block | Layer:
    sides = inside.get(layer.name)
    if sides is None:
        return layer
    blocks = (Block(side, "", tuple(_part(part, inside) for part in parts)) for side, parts in sides.items())
    return Block(layer.name.rpartition("/")[2], layer.kind, (layer, *blocks))
