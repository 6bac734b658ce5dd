"""A model's interface and metadata as values that JSON can hold."""

from __future__ import annotations

from typing import Any

from bertkit.coreml.description import Function, ModelDescription
from bertkit.coreml.features import Feature, Image, MultiArray, State
from bertkit.coreml.shapes import AnyShape, EnumeratedShapes, FixedShape, Shape


def plain_description(description: ModelDescription) -> dict[str, Any]:
    """Return a description as dictionaries, lists, strings and numbers.

    Its `metadata` leaves out nothing: the tokenizer and the module map that bertkit writes are among the user-defined
    entries, as text.
    """
    metadata = description.metadata
    return {
        "type": description.model_type,
        "specification_version": description.specification_version,
        "requires": description.operating_systems,
        "functions": [_function(function) for function in description.functions],
        "training_inputs": [plain_feature(feature) for feature in description.training_inputs],
        "updatable": description.is_updatable,
        "metadata": {
            "short_description": metadata.short_description,
            "author": metadata.author,
            "license": metadata.license,
            "version": metadata.version,
            "user_defined": dict(metadata.user_defined),
        },
    }


def plain_feature(feature: Feature) -> dict[str, Any]:
    """Return a feature as plain values: name, kind, optional, description, and what its kind of value adds."""
    kind = feature.type
    plain: dict[str, Any] = {
        "name": feature.name,
        "kind": kind.kind,
        "optional": feature.optional,
        "description": feature.description,
    }
    array = kind.array if isinstance(kind, State) else kind
    if isinstance(array, MultiArray):
        return plain | {"dtype": str(array.dtype), "shape": plain_shape(array.shape)}
    if isinstance(array, Image):
        return plain | {"width": array.width, "height": array.height, "color_space": array.color_space}
    return plain | {"type": str(kind)}


def plain_shape(shape: Shape) -> dict[str, Any]:
    """Return a shape constraint under the name of its form: `fixed`, `enumerated`, `range` or `any`."""
    if isinstance(shape, FixedShape):
        return {"fixed": list(shape.sizes)}
    if isinstance(shape, EnumeratedShapes):
        return {"enumerated": [list(sizes) for sizes in shape.shapes]}
    if isinstance(shape, AnyShape):
        return {"any": True}
    return {"range": [list(bounds) for bounds in shape.bounds]}


def _function(function: Function) -> dict[str, Any]:
    return {
        "name": function.name,
        "inputs": [plain_feature(feature) for feature in function.inputs],
        "outputs": [plain_feature(feature) for feature in function.outputs],
        "states": [plain_feature(feature) for feature in function.states],
    }
