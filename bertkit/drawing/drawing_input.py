"""How a model wants its drawings."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.description import ModelDescription
from bertkit.coreml.features import Image
from bertkit.drawing.drawing import Drawing
from bertkit.drawing.raster import rasterize
from bertkit.errors import ModelError

METADATA_KEY = "org.bertkit.drawing"
_LINE_SHARE = 1 / 16


@dataclass(frozen=True)
class DrawingInput:
    """The image input of a drawing model.

    Attributes:
        name: of the input.
        size: pixels of a side.
        line_width: in pixels.
    """

    name: str
    size: int
    line_width: float

    @classmethod
    def of(cls, description: ModelDescription) -> DrawingInput:
        """Read it off a model; the line is as wide as its metadata say, or a sixteenth of the image.

        Raises:
            ModelError: the model has no square grayscale image as its only input.
        """
        feature = description.inputs[0] if len(description.inputs) == 1 else None
        image = None if feature is None else feature.type
        if feature is None or not isinstance(image, Image) or image.width != image.height:
            kinds = ", ".join(f"{each.name} ({each.type})" for each in description.inputs)
            raise ModelError(f"A drawing model must have one input, a square image; this one has {kinds}.")
        stored = json.loads(description.metadata.user_defined.get(METADATA_KEY, "{}"))
        return cls(feature.name, image.width, float(stored.get("line_width", image.width * _LINE_SHARE)))

    def image(self, drawing: Drawing) -> NDArray[np.uint8]:
        """Return a drawing as the model takes it: [size, size] uint8."""
        return rasterize(drawing, self.size, line_width=self.line_width)
