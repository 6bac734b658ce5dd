"""The tables of a map as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.inspect.atlas import Atlas, Entry
from bertkit.inspect.folding import FoldedLayer
from bertkit.widgets import units
from bertkit.widgets.families import family
from bertkit.widgets.model_map.labels import layer_label
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.panel import Json

_SOURCES = {
    "module map": "modules as bertkit wrote them",
    "names": "modules read from layer names",
    "order": "modules guessed from the order of layers",
    "modules": "modules as in torch",
}


def facts(atlas: Atlas) -> list[str]:
    """Return what stands beside the title."""
    layers = atlas.all_layers
    return [
        *atlas.origin.facts,
        units.plural(len(layers), "layer"),
        f"{units.count(sum(layer.parameter_count for layer in layers))} parameters",
        units.size(sum(layer.bytes for layer in layers)),
        _SOURCES[atlas.structure.source],
    ]


def entry_values(atlas: Atlas, entry: Entry) -> Json:
    """Return a module; its numbers are those of one copy."""
    layers = [layer.sample for layer in atlas.layers_of(entry)]
    copies = [len(layer.layers) // entry.copies for layer in atlas.layers_of(entry)]
    updatable = sum(layer.updatable for layer in layers)
    return {
        "name": entry.block.name,
        "kind": entry.block.kind,
        "parent": entry.parent,
        "instances": list(entry.block.instances),
        "copies": entry.copies,
        "first": entry.first,
        "count": entry.count,
        "layers": sum(copies),
        "parameters": sum(layer.parameter_count * times for layer, times in zip(layers, copies, strict=True)),
        "bytes": sum(layer.bytes * times for layer, times in zip(layers, copies, strict=True)),
        "updatable": updatable,
    }


def layer_values(folded: FoldedLayer, owner: int) -> Json:
    """Return a layer with the names it has in every copy of its module."""
    layer = folded.sample
    output = layer.outputs[0] if layer.outputs else None
    return {
        "names": [copy.name for copy in folded.layers],
        "label": layer_label(layer),
        "kind": layer.kind,
        "variant": layer.variant,
        "family": family(layer.kind),
        "dtype": "" if output is None else output.dtype,
        "shape": None if output is None or output.shape is None else list(output.shape),
        "parameters": layer.parameter_count,
        "bytes": layer.bytes,
        "updatable": layer.updatable,
        "owner": owner,
        "inputs": [[value.name, value.dtype, _shape(value.shape)] for value in layer.inputs],
        "outputs": [[value.name, value.dtype, _shape(value.shape)] for value in layer.outputs],
        "settings": [[name, value] for name, value in layer.settings.items()],
        "weights": [
            [parameter.name, list(parameter.shape), parameter.storage, parameter.count, parameter.bytes]
            for parameter in layer.parameters
        ],
    }


def measure_values(measure: Measure, layers: Sequence[FoldedLayer]) -> Json:
    """Return a measure as one list a layer, with a number or None for each of its copies."""
    by_layer = measure.by_layer
    return {
        "name": measure.name,
        "unit": measure.unit,
        "note": measure.note,
        "values": [[by_layer.get(copy.name) for copy in folded.layers] for folded in layers],
    }


def _shape(shape: tuple[int | None, ...] | None) -> Json:
    return None if shape is None else list(shape)
