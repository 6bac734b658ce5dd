"""A model map as static HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bertkit.inspect.atlas import Atlas, Entry
from bertkit.inspect.folding import FoldedLayer
from bertkit.widgets import blocks, units
from bertkit.widgets.html import Content, Html, joined, picture, tag
from bertkit.widgets.model_map.labels import layer_label
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.model_map.picture import draw_module
from bertkit.widgets.model_map.values import facts
from bertkit.widgets.panel import Json

_MOST_ROWS = 400
_FEWEST_DRAWN = 3


def static_map(atlas: Atlas, measures: Sequence[Measure], selection: Mapping[str, Json]) -> Html:
    """Return nested modules with tables of their layers, and the graph of the selected module."""
    chosen = entry_at(atlas, selection.get("module"))
    total = max(1, sum(layer.bytes for layer in atlas.all_layers))
    writer = _Writer(atlas, measures, chosen, total)
    root = atlas.entries[0]
    return blocks.frame(atlas.origin.title, " · ".join(facts(atlas)), *writer.contents(root))


def entry_at(atlas: Atlas, path: str | None) -> Entry:
    """Return the module at a path; for None the first that stands for several, else the model."""
    for entry in atlas.entries:
        if path is not None and path in atlas.paths(entry):
            return entry
    return next((entry for entry in atlas.entries if entry.block.instances), atlas.entries[0])


class _Writer:
    """Writes modules; knows which one is chosen and how much has been written."""

    def __init__(self, atlas: Atlas, measures: Sequence[Measure], chosen: Entry, total: int) -> None:
        self._atlas = atlas
        self._measures = measures
        self._chosen = chosen
        self._total = total
        self._rows = 0

    def contents(self, entry: Entry) -> list[Html]:
        """Return what is inside a module: its own layers, the modules in it, and its graph where it is chosen."""
        own = [part for part in entry.block.parts if isinstance(part, FoldedLayer)]
        inner = [other for other in self._atlas.entries if other.parent == entry.index]
        parts = [self._table(own)] if own else []
        parts += [
            blocks.section(self._heading(other), self.contents(other), opened=self._opened(other)) for other in inner
        ]
        if entry is self._chosen and entry.count >= _FEWEST_DRAWN:
            parts.append(self._graph(entry))
        return parts

    def _opened(self, entry: Entry) -> bool:
        """Say whether a module is the chosen one or around it."""
        at = self._chosen
        while at.index != entry.index and at.parent >= 0:
            at = self._atlas.entries[at.parent]
        return at.index == entry.index

    def _heading(self, entry: Entry) -> Html:
        block = entry.block
        layers = self._atlas.layers_of(entry)
        parameters = sum(layer.sample.parameter_count * len(layer.layers) for layer in layers)
        size = sum(layer.sample.bytes * len(layer.layers) for layer in layers)
        times = f" {units.TIMES}{len(block.instances)}" if block.instances else ""
        label = f"{block.kind or block.name}{times}"
        name = "" if label == block.name else f" {block.name}"
        numbers = f"  {units.count(parameters)} parameters, {units.size(size)}" if parameters else ""
        mark = " (updatable)" if any(layer.sample.updatable for layer in layers) else ""
        quiet = tag("span", f"{name}{numbers}{mark}", style="opacity:.75")
        return joined([tag("strong", label), quiet])

    def _table(self, layers: Sequence[FoldedLayer]) -> Html:
        shown = layers[: max(0, _MOST_ROWS - self._rows)]
        self._rows += len(shown)
        header = ["layer", "type", "output", "parameters", "bytes", *(f"{m.name} {m.unit}" for m in self._measures)]
        if not shown:
            return blocks.note(f"{units.plural(len(layers), 'layer')} left out: the table would be too long.")
        table = blocks.table(header, [self._row(layer) for layer in shown], numeric=range(3, 5 + len(self._measures)))
        if len(shown) == len(layers):
            return table
        return joined([table, blocks.note(f"{len(layers) - len(shown)} more left out.")])

    def _row(self, folded: FoldedLayer) -> list[Content]:
        layer = folded.sample
        output = layer.outputs[0] if layer.outputs else None
        shape = "" if output is None or output.shape is None else f"{units.shape(output.shape)} {output.dtype}"
        mark = " (updatable)" if layer.updatable else ""
        size = blocks.bar(layer.bytes / self._total, units.size(layer.bytes)) if layer.bytes else ""
        numbers = [_measured(measure, folded) for measure in self._measures]
        count = units.count(layer.parameter_count) if layer.parameter_count else ""
        return [blocks.code(layer_label(layer)), f"{layer.variant or layer.kind}{mark}", shape, count, size, *numbers]

    def _graph(self, entry: Entry) -> Html:
        flow = draw_module(self._atlas, entry, deep=True)
        block = entry.block
        names = ", ".join(box.shape.title for box in flow.boxes)
        alt = f"Graph of {block.kind or block.name or 'the model'}: {names}"
        return blocks.section("Graph", picture(flow.to_svg(), alt, width=round(flow.width)), opened=True)


def _measured(measure: Measure, folded: FoldedLayer) -> str:
    found = [measure.by_layer[copy.name] for copy in folded.layers if copy.name in measure.by_layer]
    if not found:
        return ""
    low, high = min(found), max(found)
    return f"{low:.3g}" if len(found) == 1 else f"{low:.3g} to {high:.3g}"
