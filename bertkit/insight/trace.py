"""One question followed through the model: every layer's value in a few numbers, the values themselves on demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bertkit.bert.module_map import read_module_map
from bertkit.bert.names import SEPARATOR, module_of_layer
from bertkit.errors import InputError
from bertkit.insight.statistics import BINS, Histogram, Summary
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.text import table
from bertkit.qa.progress import ProgressCallback

_HEADERS = ("layer", "type", "shape", "min", "max", "mean", "std", "not finite")


@dataclass(frozen=True)
class LayerValue:
    """What one layer computed.

    Attributes:
        layer: its full name, `encoder__layer_0__attention__self__query`; further outputs end in `:1`, `:2`.
        module: path of the module that it belongs to.
        kind: its type in the file, for example `linear`; empty where the file has no module map.
        summary: of its value, padding included.
    """

    layer: str
    module: str
    kind: str
    summary: Summary

    @property
    def name(self) -> str:
        """The layer's name within its module."""
        return self.layer.rpartition(SEPARATOR)[2]

    def to_json(self) -> dict[str, Any]:
        """Return the value's numbers."""
        own = {"layer": self.layer, "module": self.module, "name": self.name, "kind": self.kind}
        return {**own, **self.summary.to_json()}


@dataclass(frozen=True)
class Trace:
    """One example through the model.

    Attributes:
        subject: the model.
        example: the question and the window.
        values: one for each layer's output, in order of computation.
        kept: values that were kept whole, by layer; others are computed again from the nearest of them.
    """

    subject: Subject = field(repr=False)
    example: Example
    values: tuple[LayerValue, ...]
    kept: Mapping[str, Array] = field(default_factory=dict, repr=False)

    def module(self, path: str) -> list[LayerValue]:
        """Return the values of the layers of a module and of all modules inside it; all values for an empty path."""
        inside = f"{path}{SEPARATOR}"
        return [value for value in self.values if not path or value.module == path or value.module.startswith(inside)]

    def array(self, layer: str) -> Array:
        """Compute a layer's value again, as far as it takes, and return it.

        Args:
            layer: as in `values`.

        Returns:
            float32, int32 or bool, padding included.

        Raises:
            InputError: the model has no such layer.
        """
        from bertkit.insight.graph import as_array, compute, given_layers

        lowered = self.subject.lowered
        name, _, number = layer.partition(":")
        nodes = lowered.layers.get(name, ())
        index = int(number) if number.isdigit() else 0
        if index >= len(nodes) or (number and not number.isdigit()):
            raise InputError(f'The model has no layer "{layer}" among its {len(lowered.layers)} layers.')
        given = given_layers(lowered, self.example.inputs, self.kept)
        node = nodes[index]
        return as_array(given[node] if node in given else compute(lowered, given, [node])[node])

    def histogram(self, layer: str, bins: int = BINS) -> Histogram:
        """Compute a layer's value again and count it in bins.

        Raises:
            InputError: the model has no such layer, or there is not at least one bin.
        """
        return Histogram.of(self.array(layer), bins)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers of all layers; no array is among them."""
        return {
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "layers": [value.to_json() for value in self.values],
        }

    def __str__(self) -> str:
        rows = [
            (value.layer, value.kind, " x ".join(map(str, value.summary.shape)), *_numbers(value.summary))
            for value in self.values
        ]
        return f"{self.example}\n{table(_HEADERS, rows)}"


def trace_layers(
    subject: Subject, example: Example, progress: ProgressCallback | None = None, *, keep: Collection[str] = ()
) -> Trace:
    """Follow an example through the model; each value is summarized as it is computed and then dropped.

    Args:
        subject: the model; any Core ML file that can be lowered, whoever wrote it.
        example: the question and the window.
        progress: called after each layer; what it raises ends the work.
        keep: layers whose first outputs are kept whole.
    """
    from bertkit.insight.graph import as_array, given_inputs, walk

    lowered = subject.lowered
    names = _names_by_node(lowered.layers)
    kinds = _kinds(subject)
    values = []
    kept: dict[str, Array] = {}
    for node, value in walk(lowered, given_inputs(lowered, example.inputs), names.keys()):
        for name in names.get(node, ()):
            layer = name.partition(":")[0]
            array = as_array(value)
            summary = Summary.of(array)
            if name in keep:
                kept[name] = array
            values.append(LayerValue(name, module_of_layer(layer), kinds.get(layer, ""), summary))
        if progress is not None and node in names:
            progress(len(values), sum(map(len, names.values())))
    return Trace(subject, example, tuple(values), kept)


def _names_by_node(layers: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return the layers that each node holds an output of: two layers may share a node."""
    names: dict[str, list[str]] = {}
    for layer, nodes in layers.items():
        for index, node in enumerate(nodes):
            names.setdefault(node, []).append(layer if index == 0 else f"{layer}:{index}")
    return names


def _kinds(subject: Subject) -> dict[str, str]:
    tree = read_module_map(subject.model.description.metadata.user_defined)
    return {} if tree is None else {layer: kind for node in tree.walk() for layer, kind in node.layers.items()}


def _numbers(summary: Summary) -> tuple[str, ...]:
    numbers = (summary.minimum, summary.maximum, summary.mean, summary.deviation)
    return *(f"{number:.4g}" for number in numbers), str(summary.not_finite)
