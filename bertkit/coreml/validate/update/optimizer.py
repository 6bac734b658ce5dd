"""Rules about the optimizer, the epochs and the seed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.numbers import integer_problems, number_problems
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_REQUIRED = {
    "sgdOptimizer": ("learningRate", "miniBatchSize"),
    "adamOptimizer": ("learningRate", "miniBatchSize", "beta1", "beta2", "eps"),
}
_NUMBERS = ("learningRate", "momentum", "beta1", "beta2", "eps")
_RATE = "learningRate"
_BATCH = "miniBatchSize"


def _optimizer(subject: Subject) -> tuple[str, Any]:
    """Return the optimizer's kind and parameters; an empty kind if none is set."""
    optimizer = subject.content.updateParams.optimizer
    kind = optimizer.WhichOneof("OptimizerType") or ""
    return kind, getattr(optimizer, kind) if kind else None


def _given(parameters: Any) -> Iterator[str]:
    return (field.name for field, _ in parameters.ListFields())


@rule("optimizer.type", *NETWORKS, of_updatable=True)
def optimizer_is_set(subject: Subject) -> Iterable[Finding]:
    """The optimizer is one that Core ML has."""
    kind, _ = _optimizer(subject)
    if not kind:
        yield "optimizer", "The optimizer is not set; wanted sgdOptimizer or adamOptimizer."


@rule("optimizer.parameters", *NETWORKS, of_updatable=True)
def optimizer_is_complete(subject: Subject) -> Iterable[Finding]:
    """The optimizer has all its parameters; momentum may be left out."""
    kind, parameters = _optimizer(subject)
    for name in _REQUIRED.get(kind, ()):
        if not parameters.HasField(name):
            yield "optimizer", f"{kind} must include the parameter {name}; it does not."


@rule("optimizer.batch-size", *NETWORKS, of_updatable=True)
def batch_size_is_positive(subject: Subject) -> Iterable[Finding]:
    """Mini-batches hold something."""
    kind, parameters = _optimizer(subject)
    if kind and parameters.HasField(_BATCH):
        for message in integer_problems(parameters.miniBatchSize, _BATCH, positive=True):
            yield "optimizer", message


@rule("optimizer.range", *NETWORKS, of_updatable=True)
def numbers_are_in_range(subject: Subject) -> Iterable[Finding]:
    """Defaults are finite and within their allowed ranges, that of momentum too."""
    kind, parameters = _optimizer(subject)
    for name in _given(parameters) if kind else ():
        if name in _NUMBERS:
            for message in number_problems(getattr(parameters, name), name):
                yield "optimizer", message


@rule("optimizer.negative-rate", *NETWORKS, of_updatable=True)
def rate_goes_downhill(subject: Subject) -> Iterable[Finding]:
    """A negative learning rate would increase the loss; Core ML's validator lets it pass."""
    kind, parameters = _optimizer(subject)
    if kind and parameters.HasField(_RATE):
        rate = parameters.learningRate
        lowest = [rate.defaultValue, *([rate.range.minValue] if rate.HasField("range") else [])]
        if any(value < 0 or math.isnan(value) for value in lowest):
            yield (
                "optimizer",
                f"The learning rate must not be negative; its default is {lowest[0]}, its least {min(lowest)}.",
            )


@rule("epochs.given", *NETWORKS, of_updatable=True)
def epochs_are_given(subject: Subject) -> Iterable[Finding]:
    """The number of epochs is stated."""
    if not subject.content.updateParams.HasField("epochs"):
        yield "epochs", "The update parameters must include epochs; they do not."


@rule("epochs.positive", *NETWORKS, of_updatable=True)
def epochs_are_positive(subject: Subject) -> Iterable[Finding]:
    """There is at least one epoch."""
    if subject.content.updateParams.HasField("epochs"):
        for message in integer_problems(subject.content.updateParams.epochs, "epochs", positive=True):
            yield "epochs", message


@rule("epochs.seed", *NETWORKS, of_updatable=True)
def seed_is_allowed(subject: Subject) -> Iterable[Finding]:
    """The seed, where it is given, is among its allowed values."""
    if subject.content.updateParams.HasField("seed"):
        for message in integer_problems(subject.content.updateParams.seed, "seed", positive=False):
            yield "seed", message
