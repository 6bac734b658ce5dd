"""The content of a model map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from bertkit.errors import InputError
from bertkit.inspect.atlas import Atlas
from bertkit.widgets.html import Html
from bertkit.widgets.model_map.histogram import histogram
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.model_map.picture import draw_module
from bertkit.widgets.model_map.static import static_map
from bertkit.widgets.model_map.text import text_map
from bertkit.widgets.model_map.values import entry_values, facts, layer_values, measure_values
from bertkit.widgets.panel import Answer, Json, Method, Request


class ModelMapPanel:
    """Modules on the left, the layers of the selected one on the right, and its graph.

    Args:
        atlas: the model.
        measures: numbers per layer to show beside.
    """

    kind = "model_map"

    def __init__(self, atlas: Atlas, measures: Sequence[Measure] = ()) -> None:
        self.atlas = atlas
        self.measures = tuple(measures)

    @property
    def title(self) -> str:
        """The model's name."""
        return self.atlas.origin.title

    def view(self) -> dict[str, Json]:
        """Return the tables of modules and layers."""
        return {**self._tables, "measures": [measure_values(measure, self.atlas.layers) for measure in self.measures]}

    @cached_property
    def _tables(self) -> dict[str, Json]:
        atlas = self.atlas
        return {
            "title": self.title,
            "facts": facts(atlas),
            "entries": [entry_values(atlas, entry) for entry in atlas.entries],
            "layers": [layer_values(layer, owner) for layer, owner in zip(atlas.layers, atlas.owners, strict=True)],
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `graph` and `histogram`."""
        return {"graph": self.graph, "histogram": self.histogram}

    def graph(self, entry: int, deep: bool) -> Answer:
        """Draw a module.

        Args:
            entry: its index.
            deep: with the layers of inner modules.

        Raises:
            InputError: there is no such module.
        """
        if not 0 <= entry < len(self.atlas.entries):
            raise InputError(f"There is no module {entry}; the model has {len(self.atlas.entries)}.")
        return Answer(draw_module(self.atlas, self.atlas.entries[entry], deep).to_json())

    def histogram(self, parameter: str) -> Answer:
        """Count how often which values occur in a parameter.

        Args:
            parameter: its name in the file.

        Raises:
            InputError: there is no such parameter.
            UnsupportedError: its values are stored in a form that is not counted.
        """
        return Answer(histogram(self.atlas.origin, parameter))

    def recordings(self) -> Iterable[Request]:
        """Return the graph of every module, first as it opens."""
        entries = range(len(self.atlas.entries))
        return [Request("graph", {"entry": entry, "deep": deep}) for deep in (True, False) for entry in entries]

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return folding modules with their layers, and the graph of the selected one."""
        return static_map(self.atlas, self.measures, selection)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the tree with shapes and parameters."""
        return text_map(self.atlas, self.measures)
