"""Rules about the specification version: what a model uses must exist in the version it states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from bertkit.coreml.kinds import PIPELINES
from bertkit.coreml.validate.features import array_type, enum_name, kind_of
from bertkit.coreml.validate.network.layers import since_version
from bertkit.coreml.validate.network.weight_params import encoding_of, weight_params
from bertkit.coreml.validate.program.opsets import OPSET_VERSIONS
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


class Use(NamedTuple):
    """Something that a model uses.

    Attributes:
        version: the specification version that brought it.
        place: where it is used.
        what: it, for a message.
    """

    version: int
    place: str
    what: str


_KINDS = {
    "customModel": 3, "textClassifier": 3, "wordTagger": 3, "visionFeaturePrint": 3, "nonMaximumSuppression": 3,
    "bayesianProbitRegressor": 3, "kNearestNeighborsClassifier": 4, "linkedModel": 4, "itemSimilarityRecommender": 4,
    "soundAnalysisPreprocessing": 4, "gazetteer": 4, "wordEmbedding": 4, "serializedModel": 5, "mlProgram": 6,
    "audioFeaturePrint": 6, "classConfidenceThresholding": 8,
}  # fmt: skip
_REVISIONS = {
    "textClassifier": {2: 4, 4: 8, 5: 9},
    "wordTagger": {3: 5, 4: 8, 5: 9},
}
_ENCODINGS = {
    "float16": (2, "float16 weights"),
    "quantized": (3, "quantized weights"),
    "int8": (5, "weights for int8 arithmetic"),
}
_ARRAYS = {"FLOAT16": (7, "float16 arrays"), "INT8": (10, "int8 arrays")}
_SPARSE_FEATURES = {"sequenceType": (3, "sequences"), "stateType": (9, "states")}


@rule("version.features")
def version_has_what_is_used(subject: Subject) -> Iterable[Finding]:
    """The stated version is at least that of everything the model uses."""
    for collect in _COLLECTORS:
        for use in collect(subject):
            if 0 < subject.version < use.version:
                yield (
                    use.place,
                    f"{use.what} came with specification version {use.version}; this model states {subject.version}. "
                    f"State {use.version} or above.",
                )


def _model_types(subject: Subject) -> Iterator[Use]:
    kind = subject.kind
    if kind in _KINDS:
        yield Use(_KINDS[kind], "", f"The model type {kind}")
    if kind in _REVISIONS:
        revision = subject.content.revision
        yield Use(_REVISIONS[kind].get(revision, 1), "", f"Revision {revision} of {kind}")
    if kind == "visionFeaturePrint" and subject.content.WhichOneof("VisionFeaturePrintType") == "objects":
        yield Use(5, "", "The feature print of objects")
    if kind == "visionFeaturePrint" and subject.content.scene.version == subject.content.scene.SCENE_VERSION_2:
        yield Use(8, "", "The second feature print of scenes")


def _functions(subject: Subject) -> Iterator[Use]:
    if subject.description.functions:
        yield Use(9, "", "A description of several functions")


def _features(subject: Subject) -> Iterator[Use]:
    for place, _, feature in subject.features:
        kind = kind_of(feature)
        if kind in _SPARSE_FEATURES:
            version, what = _SPARSE_FEATURES[kind]
            yield Use(version, place, f"The use of {what}")
        elif kind == "multiArrayType":
            yield from _array(place, feature.type)
        elif kind == "imageType":
            image = feature.type.imageType
            if image.WhichOneof("SizeFlexibility") is not None:
                yield Use(3, place, "A flexible size")
            if enum_name(image, "colorSpace") == "GRAYSCALE_FLOAT16":
                yield Use(7, place, "A float16 image")


def _array(place: str, feature_type: Any) -> Iterator[Use]:
    array = feature_type.multiArrayType
    if array.WhichOneof("ShapeFlexibility") is not None:
        yield Use(3, place, "A flexible shape")
    if array_type(array) in _ARRAYS:
        version, what = _ARRAYS[array_type(array)]
        yield Use(version, place, f"The use of {what}")
    if feature_type.isOptional and array.WhichOneof("defaultOptionalValue") is not None:
        yield Use(5, place, "A default value of an optional input")


def _layers(subject: Subject) -> Iterator[Use]:
    if not subject.is_network:
        return
    if subject.content.arrayInputShapeMapping or subject.content.imageInputShapeMapping:
        yield Use(4, "", "A mapping of input shapes other than to rank 5")
    for step in subject.network.steps:
        if step.kind:
            version, what = since_version(step.layer)
            yield Use(version, step.where, what)
        for name, weights in weight_params(step.layer):
            version, what = _ENCODINGS.get(encoding_of(weights), (1, ""))
            yield Use(version, f"{step.where}/{name}", f"The use of {what}")


def _opsets(subject: Subject) -> Iterator[Use]:
    if subject.kind == "mlProgram":
        for name, walk in subject.functions.items():
            version = OPSET_VERSIONS.get(walk.function.opset, 1)
            yield Use(version, f"function {name}", f"The opset {walk.function.opset}")


def _suppression(subject: Subject) -> Iterator[Use]:
    if subject.kind == "nonMaximumSuppression":
        for place, _, feature in subject.features:
            if kind_of(feature) == "multiArrayType" and array_type(feature.type.multiArrayType) == "FLOAT32":
                yield Use(5, place, "Suppression of float32 boxes (before: DOUBLE)")


def _inner_models(subject: Subject) -> Iterator[Use]:
    if subject.kind in PIPELINES:
        for name, model in subject.stages:
            version = model.specificationVersion
            yield Use(version, f"pipeline/{name}", f"A model inside states version {version}: what it uses")


_COLLECTORS: tuple[Callable[[Subject], Iterator[Use]], ...] = (
    _model_types,
    _functions,
    _features,
    _layers,
    _opsets,
    _suppression,
    _inner_models,
)
