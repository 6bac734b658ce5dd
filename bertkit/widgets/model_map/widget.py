"""The map of a model in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.model_map.opening import open_atlas
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_pair.panel import pair
from bertkit.widgets.widget import Widget


class ModelMap(Widget):
    """Modules on the left, the layers of the selected module on the right, then the graph of that module.

    Args:
        model: path of a `.mlmodel` or `.mlpackage`, any that Core ML has; or a Hugging Face model: the folder of a
            checkpoint, its id on the hub, or a `transformers.PreTrainedModel`. The embedded reader when None.
        measures: numbers per layer to show, color and sort by: `{"time ms": {"encoder__layer_0__...": 0.8}}`; the last
            word of a name is its unit.
        original: the Hugging Face model that a Core ML file was converted from, to see both side by side.

    Raises:
        FileError: nothing is there, or it is no such model.
        ModelError: a Core ML file breaks the specification so that it cannot be described.
        UnsupportedError: a Hugging Face model cannot be followed.
        InputError: `original` is given beside a model that is no Core ML file.

    Example:
        >>> from bertkit.widgets import ModelMap  # doctest: +SKIP
        >>> ModelMap("reader.mlpackage")  # doctest: +SKIP
        >>> ModelMap("reader.mlpackage", original="deepset/minilm-uncased-squad2")  # doctest: +SKIP
    """

    def __init__(
        self,
        model: Any = None,
        measures: Mapping[str, Mapping[str, float]] | None = None,
        *,
        original: Any = None,
    ) -> None:
        from bertkit.resources import default_model

        atlas = open_atlas(default_model() if model is None else model)
        self._map = ModelMapPanel(atlas, _measures({} if measures is None else measures))
        super().__init__(self._map if original is None else pair(self._map, open_atlas(original)))

    def measure(self, name: str, by_layer: Mapping[str, float]) -> None:
        """Show numbers per layer, in place of earlier ones of the same name.

        Args:
            name: what was measured and its unit, for example `time ms`.
            by_layer: the numbers by the layers' names in the file.
        """
        new = _measures({name: by_layer})[0]
        self._map.measures = (*(measure for measure in self._map.measures if measure.name != new.name), new)
        self.refresh()

    def to_frame(self) -> Any:
        """Return every layer of the model as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [
            {
                "layer": layer.name,
                "type": layer.kind,
                "shape": layer.outputs[0].shape if layer.outputs else None,
                "dtype": layer.outputs[0].dtype if layer.outputs else "",
                "parameters": layer.parameter_count,
                "bytes": layer.bytes,
                "updatable": layer.updatable,
            }
            for layer in self._map.atlas.all_layers
        ]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)


def _measures(given: Mapping[str, Mapping[str, float]]) -> list[Measure]:
    measures = []
    for title, by_layer in given.items():
        name, _, unit = title.rpartition(" ")
        measures.append(Measure(name or unit, unit if name else "", by_layer))
    return measures
