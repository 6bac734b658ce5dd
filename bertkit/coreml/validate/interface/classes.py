"""Rules about the outputs of classifiers and regressors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.features import kind_of, named, type_text
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_NEEDS_LABELS = ("neuralNetworkClassifier", "glmClassifier", "supportVectorClassifier")
_CLASSIFIERS = (*_NEEDS_LABELS, "treeEnsembleClassifier", "kNearestNeighborsClassifier")
_REGRESSORS = ("neuralNetworkRegressor", "glmRegressor", "supportVectorRegressor", "treeEnsembleRegressor")
_PIPELINES = ("pipelineClassifier", "pipelineRegressor")


def labels_of(content: Any) -> tuple[str, list[Any]]:
    """Return which field of a classifier holds its labels, empty if none does, and the labels."""
    field = content.WhichOneof("ClassLabels") or ""
    return field, list(getattr(content, field).vector) if field else []


@rule("classes.labels", *_NEEDS_LABELS)
def labels_are_given(subject: Subject) -> Iterable[Finding]:
    """A classifier lists its labels."""
    field, labels = labels_of(subject.content)
    if not labels:
        yield "", f"A classifier must list its class labels; {field or 'the labels'} is empty."


@rule("classes.output", *_CLASSIFIERS)
def label_is_an_output(subject: Subject) -> Iterable[Finding]:
    """`predictedFeatureName` is an output of the labels' type."""
    wanted = _label_type(subject)
    name = subject.description.predictedFeatureName
    if not name:
        yield "", "A classifier must name the output that holds its label in predictedFeatureName; it is empty."
    elif wanted is not None:
        yield from _output_problems(subject, name, (wanted,), "label")


@rule("classes.probabilities", *_CLASSIFIERS)
def probabilities_are_an_output(subject: Subject) -> Iterable[Finding]:
    """`predictedProbabilitiesName`, where it is used, is an output that can hold probabilities."""
    name = subject.description.predictedProbabilitiesName
    if name:
        yield from _output_problems(subject, name, ("dictionaryType", "multiArrayType"), "probabilities")


@rule("regressor.output", *_REGRESSORS)
def prediction_is_an_output(subject: Subject) -> Iterable[Finding]:
    """`predictedFeatureName` of a regressor is a number or an array."""
    name = subject.description.predictedFeatureName
    if not name:
        yield "", "A regressor must name its predicted output in predictedFeatureName; it is empty."
    else:
        yield from _output_problems(subject, name, ("doubleType", "multiArrayType"), "prediction")


@rule("classes.pipeline", *_PIPELINES)
def pipeline_prediction_is_an_output(subject: Subject) -> Iterable[Finding]:
    """What a pipeline names as its prediction is among its outputs."""
    name = subject.description.predictedFeatureName
    if name and named(subject.description.output, name) is None:
        yield "", f'The predicted feature "{name}" is not among the outputs.'


def _label_type(subject: Subject) -> str | None:
    """Return the type of the label; None where nothing says it."""
    field, _ = labels_of(subject.content)
    if field:
        return "stringType" if field == "stringClassLabels" else "int64Type"
    if subject.kind == "kNearestNeighborsClassifier":
        default = subject.content.WhichOneof("DefaultClassLabel")
        return {"defaultStringLabel": "stringType", "defaultInt64Label": "int64Type"}.get(default)
    return None


def _output_problems(subject: Subject, name: str, wanted: tuple[str, ...], what: str) -> Iterator[Finding]:
    output = named(subject.description.output, name)
    kinds = " or ".join(kind.removesuffix("Type") for kind in wanted)
    if output is None:
        yield "", f'The output "{name}" for the {what} is not among the outputs. Describe it as {kinds}.'
    elif kind_of(output) not in wanted:
        yield f"output {name}", f"The output for the {what} must be of type {kinds}, it is {type_text(output)}."
