"""The portable graph, advanced just as far as the original has come. Imports torch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from bertkit.coreml.lowering.graph import Lowered
from bertkit.errors import InputError
from bertkit.insight.graph import as_array, given_inputs, node_of, walk
from bertkit.insight.subject import Example

Array = NDArray[Any]


class SideBySide:
    """Finds the value of the file that belongs to each value of the original.

    Args:
        lowered: the file.
        partners: the original's module of each layer.
        example: what both compute.
    """

    def __init__(self, lowered: Lowered, partners: Mapping[str, str], example: Example) -> None:
        self._filled = example.row.filled
        self._layers: dict[str, list[str]] = defaultdict(list)
        for layer, original in partners.items():
            self._layers[original].append(layer)
        self._nodes = {layer: node_of(lowered, layer) for layer in partners}
        self._walk = walk(lowered, given_inputs(lowered, example.inputs), set(self._nodes.values()))
        self._waiting: dict[str, Array] = {}

    @property
    def originals(self) -> frozenset[str]:
        """The original's modules that have partners."""
        return frozenset(self._layers)

    @property
    def count(self) -> int:
        """How many values there are to compare."""
        return len(self._nodes)

    def partner(self, original: str, wanted: Array) -> tuple[str, Array]:
        """Return the layer that computes the same as a module, and its value.

        Args:
            original: the module; where several layers share it, the next of them each time.
            wanted: what the module computed, [1, length, size].

        Returns:
            The layer's name, and its value with padding left out, [1, tokens, size].

        Raises:
            InputError: the value has another shape than the original's.
        """
        layer = self._layers[original].pop(0)
        node = self._nodes[layer]
        while node not in self._waiting:
            name, value = next(self._walk)
            if name in self._nodes.values():
                self._waiting[name] = as_array(value)
        found = self._waiting.pop(node)
        if found.shape != wanted.shape:
            raise InputError(
                f"{layer} has the shape {list(found.shape)}, and {original} of the checkpoint {list(wanted.shape)}. "
                "Pass the checkpoint that the file was converted from."
            )
        return layer, found[:, : self._filled]
