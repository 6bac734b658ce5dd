"""A model map as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.inspect.atlas import Atlas
from bertkit.inspect.folding import FoldedBlock, FoldedLayer
from bertkit.widgets import texts, units
from bertkit.widgets.model_map.labels import layer_label
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.model_map.values import facts


def text_map(atlas: Atlas, measures: Sequence[Measure]) -> str:
    """Return one line a module and layer, aligned; modules that are alike once."""
    header = ["module, layer", "type", "output", "parameters", "bytes", *(_title(measure) for measure in measures), ""]
    rows = [header, *_rows(atlas.entries[0].block, 1, 0, measures)]
    lines = texts.columns(rows, right=range(3, 5 + len(measures)))
    return "\n".join([f"{atlas.origin.title}  ({', '.join(facts(atlas))})", "", *lines])


def _rows(block: FoldedBlock, copies: int, depth: int, measures: Sequence[Measure]) -> list[list[str]]:
    times = f" x{len(block.instances)}" if block.instances else ""
    copies *= max(1, len(block.instances))
    folded = list(block.layers())
    parameters = sum(layer.sample.parameter_count * len(layer.layers) for layer in folded)
    size = sum(layer.sample.bytes * len(layer.layers) for layer in folded)
    sums = [_number(sum(_sums(measure, folded)), measure) if _sums(measure, folded) else "" for measure in measures]
    name = f"{'  ' * depth}{block.name or 'model'}{times}"
    rows = [[name, block.kind, "", f"{parameters:,d}", units.size(size), *sums, ""]]
    for part in block.parts:
        if isinstance(part, FoldedBlock):
            rows.extend(_rows(part, copies, depth + 1, measures))
        else:
            rows.append(_layer(part, depth + 1, measures))
    return rows


def _layer(folded: FoldedLayer, depth: int, measures: Sequence[Measure]) -> list[str]:
    layer = folded.sample
    output = layer.outputs[0] if layer.outputs else None
    shape = "" if output is None or output.shape is None else f"{units.shape(output.shape)} {output.dtype}".rstrip()
    count = f"{layer.parameter_count:,d}" if layer.parameter_count else ""
    size = units.size(layer.bytes) if layer.bytes else ""
    sums = [_number(sum(_sums(measure, [folded])), measure) if _sums(measure, [folded]) else "" for measure in measures]
    mark = "updatable" if layer.updatable else ""
    return [f"{'  ' * depth}{layer_label(layer)}", layer.variant or layer.kind, shape, count, size, *sums, mark]


def _sums(measure: Measure, folded: Sequence[FoldedLayer]) -> list[float]:
    by_layer = measure.by_layer
    return [by_layer[copy.name] for layer in folded for copy in layer.layers if copy.name in by_layer]


def _title(measure: Measure) -> str:
    return f"{measure.name} {measure.unit}".rstrip()


def _number(value: float, measure: Measure) -> str:
    return f"{value:.3g}"
