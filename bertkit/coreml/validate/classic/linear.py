"""Rules about generalized linear models."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.classic.interface_checks import NUMBERS, wrong_types
from bertkit.coreml.validate.features import enum_name
from bertkit.coreml.validate.interface.classes import labels_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_REGRESSOR, _CLASSIFIER = "glmRegressor", "glmClassifier"


@rule("glm.inputs", _REGRESSOR, _CLASSIFIER)
def inputs_are_numbers(subject: Subject) -> Iterable[Finding]:
    """A linear model takes numbers and arrays."""
    yield from wrong_types(subject, "input", NUMBERS)


@rule("glm.outputs", _REGRESSOR)
def outputs_are_numbers(subject: Subject) -> Iterable[Finding]:
    """A linear regressor returns numbers."""
    yield from wrong_types(subject, "output", ("doubleType", "multiArrayType"))


@rule("glm.enumerations", _REGRESSOR, _CLASSIFIER)
def enumerations_are_known(subject: Subject) -> Iterable[Finding]:
    """Transform and encoding exist."""
    for field in ("postEvaluationTransform", "classEncoding"):
        if field in subject.content.DESCRIPTOR.fields_by_name and not enum_name(subject.content, field):
            yield "", f"{field} has the unknown value {getattr(subject.content, field)}."


@rule("glm.weights", _REGRESSOR, _CLASSIFIER)
def weights_go_with_offsets(subject: Subject) -> Iterable[Finding]:
    """There are as many offsets as rows of weights, and all rows have one length."""
    rows, offsets = subject.content.weights, subject.content.offset
    lengths = {len(row.value) for row in rows}
    if len(rows) != len(offsets):
        yield "", f"There are {len(rows)} rows of weights and {len(offsets)} offsets; wanted equally many."
    if len(lengths) > 1:
        yield "", f"All rows of weights must have one length; they have {', '.join(map(str, sorted(lengths)))}."
    if subject.kind == _CLASSIFIER and (not rows or 0 in lengths):
        yield "", "A linear classifier must have weights; rows are missing or empty."


@rule("glm.classes", _CLASSIFIER)
def rows_fit_classes(subject: Subject) -> Iterable[Finding]:
    """With a reference class there is a row fewer than classes; one versus rest, a row each, or one for two."""
    _, labels = labels_of(subject.content)
    rows, classes = len(subject.content.weights), len(labels)
    encoding = enum_name(subject.content, "classEncoding")
    if not classes or not encoding:
        return
    wanted = classes - 1 if encoding == "ReferenceClass" or classes == 2 else classes
    if rows != wanted:
        yield "", f"With {encoding} and {classes} classes there must be {wanted} rows of weights; there are {rows}."
    if classes > 2 and enum_name(subject.content, "postEvaluationTransform") == "Probit":
        yield "", f"The Probit transform is for two classes; there are {classes}."
