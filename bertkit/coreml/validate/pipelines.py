"""Rules about models that run one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bertkit.coreml.kinds import PIPELINES
from bertkit.coreml.validate.features import same_type, type_text
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


@rule("pipeline.models", *PIPELINES)
def has_models(subject: Subject) -> Iterable[Finding]:
    """A pipeline holds a model."""
    if not subject.stages:
        yield "", "A pipeline must contain one or more models; it has none."


@rule("pipeline.inputs", *PIPELINES)
def stages_get_their_inputs(subject: Subject) -> Iterable[Finding]:
    """What a model takes comes from the pipeline's inputs or from an earlier model, with the same type."""
    known: dict[str, Any] = {feature.name: feature for feature in subject.description.input}
    for name, model in subject.stages:
        for feature in model.description.input:
            place = f"pipeline/{name}/input {feature.name}"
            if feature.name not in known:
                yield place, "Neither the pipeline nor an earlier model provides this input."
            elif not same_type(feature, known[feature.name]):
                found = type_text(known[feature.name])
                yield place, f"The model takes {type_text(feature)}; what is provided before it is {found}."
        known.update({feature.name: feature for feature in model.description.output})


@rule("pipeline.outputs", *PIPELINES)
def outputs_are_produced(subject: Subject) -> Iterable[Finding]:
    """What a pipeline returns is its input or an output of a model, with the same type."""
    known: dict[str, Any] = {feature.name: feature for feature in subject.description.input}
    for _, model in subject.stages:
        known.update({feature.name: feature for feature in model.description.output})
    for feature in subject.description.output:
        place = f"output {feature.name}"
        if feature.name not in known:
            yield place, "No model of the pipeline provides this output."
        elif not same_type(feature, known[feature.name]):
            found = type_text(known[feature.name])
            yield place, f"The pipeline returns {type_text(feature)}; what is provided is {found}."


@rule("pipeline.last-updatable", *PIPELINES, of_updatable=True)
def last_model_is_updatable(subject: Subject) -> Iterable[Finding]:
    """An updatable pipeline ends in an updatable model."""
    if subject.stages and not subject.stages[-1][1].isUpdatable:
        yield f"pipeline/{subject.stages[-1][0]}", "The last model of an updatable pipeline must be updatable."


@rule("pipeline.only-last-updatable", *PIPELINES, of_updatable=True)
def other_models_are_frozen(subject: Subject) -> Iterable[Finding]:
    """Only the last model can be updatable."""
    for name, model in subject.stages[:-1]:
        if model.isUpdatable:
            yield f"pipeline/{name}", "Only the last model of a pipeline can be updatable; this one is marked so too."


@rule("pipeline.no-updatable", *PIPELINES)
def frozen_pipelines_hold_frozen_models(subject: Subject) -> Iterable[Finding]:
    """A pipeline that is not updatable holds no updatable model."""
    if not subject.updatable:
        for name, model in subject.stages:
            if model.isUpdatable:
                yield f"pipeline/{name}", "The model is updatable, but the pipeline around it is not marked so."


@rule("pipeline.names", *PIPELINES)
def names_tell_models_apart(subject: Subject) -> Iterable[Finding]:
    """Either no model has a name, or each has its own."""
    pipeline = subject.content if subject.kind == "pipeline" else subject.content.pipeline
    names = list(pipeline.names)
    if names and len(names) != len(pipeline.models):
        yield "", f"There are {len(names)} names for {len(pipeline.models)} models; wanted none or one each."
    for name, count in Counter(names).items():
        if count > 1:
            yield "", f'The name "{name}" is used for {count} models; wanted once.'
