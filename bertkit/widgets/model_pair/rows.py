"""The partners as rows, modules that are alike once."""

from __future__ import annotations

from collections.abc import Iterator

from bertkit.inspect.atlas import Atlas
from bertkit.inspect.layers import Layer
from bertkit.widgets import units
from bertkit.widgets.model_pair.partners import Partners

HEADER = ("in the file", "type", "in the original", "type", "output", "parameters")


def paired_rows(file: Atlas, original: Atlas, partners: Partners) -> Iterator[tuple[str, ...]]:
    """Yield a row for each layer of the file that has a partner; of modules that are alike, for the first."""
    by_name = {layer.name: layer for layer in original.all_layers}
    for folded in file.layers:
        layer = folded.sample
        if layer.name not in partners.originals:
            continue
        partner = by_name[partners.originals[layer.name]]
        times = f" {units.TIMES}{len(folded.layers)}" if len(folded.layers) > 1 else ""
        count = units.count(layer.parameter_count) if layer.parameter_count else ""
        yield f"{layer.name}{times}", _kind(layer), partner.name, _kind(partner), _output(layer), count


def _kind(layer: Layer) -> str:
    return layer.variant or layer.kind


def _output(layer: Layer) -> str:
    shape = layer.outputs[0].shape if layer.outputs else None
    return "" if shape is None else units.shape(shape)
