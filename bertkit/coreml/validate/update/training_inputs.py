"""Rules about the training inputs of updatable models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bertkit.coreml.kinds import NETWORKS, PIPELINES
from bertkit.coreml.validate.features import named, same_type, type_text
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject
from bertkit.coreml.validate.update.loss import losses

_NEIGHBORS = "kNearestNeighborsClassifier"
_KINDS = (*NETWORKS, _NEIGHBORS, *PIPELINES)
_LEAST = 2


def _shared_and_own(subject: Subject) -> tuple[list[Any], list[Any]]:
    """Split the training inputs: those that are inputs of the model too, and the others."""
    inputs = list(subject.description.input)
    shared: list[Any] = []
    own: list[Any] = []
    for feature in subject.description.trainingInput:
        model_input = named(inputs, feature.name)
        (shared if model_input is not None and same_type(feature, model_input) else own).append(feature)
    return shared, own


@rule("training-input.count", *_KINDS, of_updatable=True)
def training_inputs_are_given(subject: Subject) -> Iterable[Finding]:
    """Training needs an input and a target; of nearest neighbors and pipelines Core ML does not check it."""
    count = len(subject.description.trainingInput)
    if count < _LEAST:
        yield "", f"Training inputs are required, an input of the model and a target; there are {count}."


@rule("training-input.own", *_KINDS, of_updatable=True)
def some_training_input_is_new(subject: Subject) -> Iterable[Finding]:
    """The target is not an input of the model."""
    _, own = _shared_and_own(subject)
    if subject.description.trainingInput and not own:
        yield "", "All training inputs are inputs of the model; the target of the loss is missing."


@rule("training-input.shared", *_KINDS, of_updatable=True)
def some_training_input_is_the_models(subject: Subject) -> Iterable[Finding]:
    """At least one training input equals an input of the model in name and type."""
    shared, _ = _shared_and_own(subject)
    if subject.description.trainingInput and not shared:
        yield "", "No training input equals an input of the model in name and type; at least one must."


@rule("training-input.label", "neuralNetworkClassifier", _NEIGHBORS, of_updatable=True)
def label_has_the_outputs_type(subject: Subject) -> Iterable[Finding]:
    """A label that is trained with has the type of the label that is predicted."""
    name = subject.description.predictedFeatureName
    label = named(subject.description.trainingInput, name)
    output = named(subject.description.output, name)
    if label is not None and output is not None and not same_type(label, output):
        yield f"training input {name}", f"The label is of type {type_text(label)}; expected {type_text(output)}."


@rule("training-input.target", *_KINDS, of_updatable=True)
def target_is_given(subject: Subject) -> Iterable[Finding]:
    """The target of the loss is a training input; of a classifier it may be the label instead."""
    given = {feature.name for feature in subject.description.trainingInput}
    if not given:
        return
    for wanted in _targets(subject):
        if not given & set(wanted):
            names = " or ".join(f'"{name}"' for name in wanted)
            yield "", f"The training inputs do not include the target {names}."


def _targets(subject: Subject) -> list[tuple[str, ...]]:
    """Return what must be given: of each group of names, one."""
    label = subject.description.predictedFeatureName
    if subject.kind == _NEIGHBORS:
        return [(label,)] if label else []
    if subject.kind in PIPELINES:
        last = subject.stages[-1][1] if subject.stages else None
        if last is None or not last.isUpdatable:
            return []
        inputs = {feature.name for feature in last.description.input}
        return [(feature.name,) for feature in last.description.trainingInput if feature.name not in inputs]
    targets = [loss.target for _, kind, loss in losses(subject) if kind and loss.target][:1]
    if subject.kind == "neuralNetworkClassifier" and label:
        return [(label, *targets)]
    return [(target,) for target in targets]
