"""The content of a model pair: two maps, selecting together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bertkit.errors import InputError
from bertkit.inspect.atlas import Atlas
from bertkit.inspect.origin import FileOrigin
from bertkit.widgets.html import Html
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_pair.partners import Partners, match
from bertkit.widgets.model_pair.static import static_pair
from bertkit.widgets.model_pair.text import text_pair
from bertkit.widgets.panel import Json, Method, Request


class ModelPairPanel:
    """The map of a file and that of its original, side by side.

    Args:
        file: the Core ML file's map.
        original: the atlas of the Hugging Face model.
        partners: which layers belong together.
    """

    kind = "model_pair"

    def __init__(self, file: ModelMapPanel, original: Atlas, partners: Partners) -> None:
        self.maps = {"file": file, "original": ModelMapPanel(original)}
        self.partners = partners

    @property
    def title(self) -> str:
        """Both names."""
        return f"{self.maps['file'].title} and {self.maps['original'].title}"

    def view(self) -> dict[str, Json]:
        """Return both maps, and the partners."""
        return {
            "title": self.title,
            **{name: panel.view() for name, panel in self.maps.items()},
            "partners": dict(self.partners.originals),
            "statement": self.partners.statement,
            "alone": {"file": list(self.partners.only_file), "original": list(self.partners.only_original)},
        }

    def methods(self) -> Mapping[str, Method]:
        """Return those of both maps, `file.graph` and so on."""
        return {f"{name}.{method}": act for name, panel in self.maps.items() for method, act in panel.methods().items()}

    def recordings(self) -> Iterable[Request]:
        """Return those of both maps in turn."""
        both = [
            [replace(request, method=f"{name}.{request.method}") for request in panel.recordings()]
            for name, panel in self.maps.items()
        ]
        longest = max(map(len, both))
        return [requests[at] for at in range(longest) for requests in both if at < len(requests)]

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return a table of the partners, and what has none."""
        return static_pair(self.title, self.maps["file"].atlas, self.maps["original"].atlas, self.partners)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the partners line by line, and what has none."""
        return text_pair(self.title, self.maps["file"].atlas, self.maps["original"].atlas, self.partners)


def pair(file: ModelMapPanel, original: Atlas) -> ModelPairPanel:
    """Put the map of a Core ML file beside the model that it was converted from.

    Raises:
        InputError: the map is not of a Core ML file.
    """
    origin = file.atlas.origin
    if not isinstance(origin, FileOrigin):
        raise InputError(f"An original stands beside a Core ML file; {file.title} is a Hugging Face model.")
    return ModelPairPanel(file, original, match(origin.package, file.atlas.all_layers, original.all_layers))
