"""Rules about optional inputs."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.features import kind_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_NEVER_OPTIONAL = (
    "glmRegressor", "glmClassifier", "supportVectorRegressor", "supportVectorClassifier",
    "kNearestNeighborsClassifier", "oneHotEncoder", "featureVectorizer", "dictVectorizer", "scaler",
    "categoricalMapping", "normalizer", "arrayFeatureExtractor",
)  # fmt: skip
_WITH_DEFAULTS = (*NETWORKS, "mlProgram", "serializedModel")


@rule("optional.output")
def outputs_are_not_optional(subject: Subject) -> Iterable[Finding]:
    """A model always returns all outputs."""
    for place, role, feature in subject.features:
        if role == "output" and feature.type.isOptional:
            yield place, "An output cannot be optional."


@rule("optional.input", *_NEVER_OPTIONAL)
def inputs_are_not_optional(subject: Subject) -> Iterable[Finding]:
    """Some model types need every input."""
    for place, role, feature in subject.features:
        if role == "input" and feature.type.isOptional:
            yield place, f"An input of a {subject.kind} cannot be optional."


@rule("optional.all", *_WITH_DEFAULTS)
def some_input_is_required(subject: Subject) -> Iterable[Finding]:
    """A network needs at least one input that must be given; states do not count."""
    for prefix, _, description in subject.interfaces:
        given = [feature for feature in description.input if kind_of(feature) != "stateType"]
        if given and all(feature.type.isOptional for feature in given):
            yield prefix.removesuffix("/"), "At least one input must not be optional; all are."


@rule("optional.default")
def defaults_are_understood(subject: Subject) -> Iterable[Finding]:
    """Only networks and programs fill optional inputs with a default value."""
    for place, role, feature in subject.features:
        array = kind_of(feature) == "multiArrayType" and feature.type.multiArrayType
        if role != "input" or not array or not feature.type.isOptional:
            continue
        if array.WhichOneof("defaultOptionalValue") is not None and subject.kind not in _WITH_DEFAULTS:
            yield place, f"A default value is for neural networks and ML Programs; this is a {subject.kind}."
