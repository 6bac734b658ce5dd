"""Rules about the inputs and outputs of a network, and how shapes become axes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.features import kind_of, named, type_text
from bertkit.coreml.validate.network.layers import since_version
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_TENSORS = ("imageType", "multiArrayType")
_LEGACY_RANKS = (1, 3)
_CORE_ML_3 = 4


@rule("network.input-type", *NETWORKS)
def inputs_are_tensors(subject: Subject) -> Iterable[Finding]:
    """A network takes images and multi-arrays."""
    for feature in subject.description.input:
        if kind_of(feature) not in _TENSORS:
            yield f"input {feature.name}", f"A neural network takes images and multi-arrays, not {type_text(feature)}."


@rule("network.output-type", "neuralNetwork")
def outputs_are_tensors(subject: Subject) -> Iterable[Finding]:
    """A network that is no classifier returns images and multi-arrays."""
    for feature in subject.description.output:
        if kind_of(feature) not in _TENSORS:
            yield (
                f"output {feature.name}",
                f"A neural network returns images and multi-arrays, not {type_text(feature)}.",
            )


def uses_any_rank(subject: Subject) -> bool:
    """Say whether tensors may have any rank, rather than five axes each."""
    content = subject.content
    return bool(content.arrayInputShapeMapping or content.imageInputShapeMapping) or _newer_layer(subject) is not None


def _newer_layer(subject: Subject) -> Any | None:
    """Return the first layer of the network itself that needs exact shapes."""
    for layer in subject.content.layers:
        if layer.WhichOneof("layer") is not None and since_version(layer)[0] >= _CORE_ML_3:
            return layer
    return None


@rule("network.array-mapping", *NETWORKS)
def new_layers_need_exact_shapes(subject: Subject) -> Iterable[Finding]:
    """The rank-5 mapping of arrays goes neither with layers of Core ML 3 nor with the new mapping of images."""
    arrays = [feature for feature in subject.description.input if kind_of(feature) == "multiArrayType"]
    if not arrays or subject.content.arrayInputShapeMapping:
        return
    newer = _newer_layer(subject)
    if newer is not None:
        yield (
            "",
            f'arrayInputShapeMapping is RANK5_ARRAY_MAPPING, but the layer "{newer.name}" '
            f"({newer.WhichOneof('layer')}) is newer than it. Set it to EXACT_ARRAY_MAPPING.",
        )
    elif subject.content.imageInputShapeMapping:
        yield "", "arrayInputShapeMapping cannot be RANK5_ARRAY_MAPPING where imageInputShapeMapping is not rank 5."


@rule("network.input-rank", *NETWORKS)
def input_ranks_fit_the_mapping(subject: Subject) -> Iterable[Finding]:
    """Under the rank-5 mapping arrays have 1 or 3 axes; otherwise the default shape states the rank."""
    any_rank = uses_any_rank(subject)
    for feature in subject.description.input:
        if kind_of(feature) != "multiArrayType":
            continue
        array = feature.type.multiArrayType
        if any_rank and not array.shape:
            yield f"input {feature.name}", "The input must state a default shape of at least one axis; it has none."
        elif not any_rank and not any(rank in _LEGACY_RANKS for rank in _ranks(array)):
            yield (
                f"input {feature.name}",
                f"Under RANK5_ARRAY_MAPPING an array has 1 or 3 axes, this one's shape is {list(array.shape)}. "
                "Use EXACT_ARRAY_MAPPING (specification version 4).",
            )


@rule("network.preprocessing", *NETWORKS)
def preprocessing_is_of_images(subject: Subject) -> Iterable[Finding]:
    """A preprocessor is set, and belongs to an image input."""
    for preprocessing in subject.content.preprocessing:
        name = preprocessing.featureName
        feature = named(subject.description.input, name)
        if name and (feature is None or kind_of(feature) != "imageType"):
            yield f"preprocessing {name}", f'Preprocessing is of an image input; "{name}" is none.'
        if preprocessing.WhichOneof("preprocessor") is None:
            yield f"preprocessing {name}", "The preprocessing is neither a scaler nor a mean image."


def _ranks(array: Any) -> list[int]:
    if array.shape:
        return [len(array.shape)]
    if array.WhichOneof("ShapeFlexibility") == "shapeRange":
        return [len(array.shapeRange.sizeRanges)]
    return [len(shape.shape) for shape in array.enumeratedShapes.shapes]
