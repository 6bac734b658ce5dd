"""Models that are neither programs nor networks: trees, neighbors, linear models, feature transforms."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.features import MultiArray, from_specification
from bertkit.coreml.shapes import FixedShape
from bertkit.errors import ModelError
from bertkit.inspect.layers.layer import Layer, Value


def whole_model(specification: Any, name: str) -> Layer:
    """Return a model as one layer."""
    description = specification.description
    return Layer(
        name=name,
        kind=specification.WhichOneof("Type"),
        inputs=tuple(_value(feature) for feature in description.input),
        outputs=tuple(_value(feature) for feature in description.output),
    )


def _value(feature: Any) -> Value:
    try:
        kind = from_specification(feature).type
    except ModelError:
        return Value(feature.name)
    if isinstance(kind, MultiArray):
        shape = kind.shape.sizes if isinstance(kind.shape, FixedShape) else None
        return Value(feature.name, str(kind.dtype), shape)
    return Value(feature.name, str(kind))
