"""Rules about non-maximum suppression."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bertkit.coreml.validate.classic.interface_checks import wrong_name
from bertkit.coreml.validate.features import array_type, kind_of, named, rank_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_KIND = "nonMaximumSuppression"
_ARRAY, _NUMBER = ("multiArrayType",), ("doubleType",)
_REQUIRED = {
    "confidenceInputFeatureName": "input",
    "coordinatesInputFeatureName": "input",
    "confidenceOutputFeatureName": "output",
    "coordinatesOutputFeatureName": "output",
}
_THRESHOLDS = ("iouThresholdInputFeatureName", "confidenceThresholdInputFeatureName")
_FLOATS = ("DOUBLE", "FLOAT32", "FLOAT16")


def _arrays(subject: Subject) -> list[Any]:
    """Return the multi-arrays that boxes and confidences come and go in."""
    found = [
        named(getattr(subject.description, role), getattr(subject.content, field)) for field, role in _REQUIRED.items()
    ]
    return [feature.type.multiArrayType for feature in found if feature is not None and kind_of(feature) in _ARRAY]


@rule("suppression.features", _KIND)
def features_are_described(subject: Subject) -> Iterable[Finding]:
    """Confidence and coordinates come and go as arrays, thresholds come as numbers."""
    for field, role in _REQUIRED.items():
        yield from wrong_name(subject, role, field, _ARRAY)
    for field in _THRESHOLDS:
        if named(subject.description.input, getattr(subject.content, field)) is not None:
            yield from wrong_name(subject, "input", field, _NUMBER)


@rule("suppression.unused", _KIND)
def features_are_used(subject: Subject) -> Iterable[Finding]:
    """Every described feature is one of those that suppression knows."""
    for role in ("input", "output"):
        used = {getattr(subject.content, field) for field, place in _REQUIRED.items() if place == role}
        if role == "input":
            used |= {getattr(subject.content, field) for field in _THRESHOLDS}
        for feature in getattr(subject.description, role):
            if feature.name not in used:
                yield f"{role} {feature.name}", f"No field of the model names this {role}."


@rule("suppression.thresholds", _KIND)
def thresholds_make_sense(subject: Subject) -> Iterable[Finding]:
    """Overlap is a share, confidence is not negative."""
    if not 0 <= subject.content.iouThreshold <= 1:
        yield "", f"iouThreshold must lie from 0 to 1, it is {subject.content.iouThreshold}."
    if not subject.content.confidenceThreshold >= 0:
        yield "", f"confidenceThreshold must not be negative, it is {subject.content.confidenceThreshold}."


@rule("suppression.element-type", _KIND)
def element_types_agree(subject: Subject) -> Iterable[Finding]:
    """All four arrays are of one floating-point type."""
    types = sorted({array_type(array) for array in _arrays(subject)})
    if len(types) > 1:
        yield "", f"Confidence and coordinates must be of one element type; they are {' and '.join(types)}."
    elif types and types[0] not in _FLOATS:
        yield "", f"Confidence and coordinates must be floating-point numbers; they are {types[0]}."


@rule("suppression.rank", _KIND)
def outputs_are_tables(subject: Subject) -> Iterable[Finding]:
    """Where the outputs state shapes, they are [boxes, classes] and [boxes, 4]."""
    outputs = [
        named(subject.description.output, getattr(subject.content, field))
        for field, role in _REQUIRED.items()
        if role == "output"
    ]
    for feature in outputs:
        if feature is not None and kind_of(feature) in _ARRAY and rank_of(feature.type.multiArrayType) not in (0, 2):
            rank = rank_of(feature.type.multiArrayType)
            yield f"output {feature.name}", f"The output has two axes where it states a shape; here it has {rank}."
