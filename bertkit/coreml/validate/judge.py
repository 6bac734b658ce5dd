"""Runs the rules over a model and the models inside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bertkit.coreml.package import Package
from bertkit.coreml.validate import families as families
from bertkit.coreml.validate.report import Problem, Report
from bertkit.coreml.validate.rule import Rule, rules_in_order
from bertkit.coreml.validate.subject import Subject
from bertkit.coreml.validate.weight_files import WeightFiles
from bertkit.errors import ModelError

_UNREADABLE = "model.readable"


def validate(model: str | Path | Package | Any) -> Report:
    """Judge a model by the specification's rules, and by a few that Core ML's own validator lacks.

    Weights are located, never read.

    Args:
        model: a path, an open package, or a `Model_pb2.Model` (whose ML Programs must then have no weight files).

    Returns:
        Every problem of the model and of the models inside it.

    Raises:
        FileError: nothing is at the path, it is truncated, or it is not a Core ML model.
        UnsupportedError: the path is a compiled model.
    """
    if isinstance(model, (str, Path)):
        try:
            model = Package.open(model)
        except ModelError as error:
            return Report((Problem(_UNREADABLE, "model", str(error)),))
    if isinstance(model, Package):
        return Report(tuple(judge(Subject(model.specification, weights=WeightFiles.of(model)))))
    return Report(tuple(judge(Subject(model))))


def check(specification: Any, weights: Path | None = None) -> None:
    """Refuse an invalid model, before it is written.

    Args:
        specification: `Model_pb2.Model`.
        weights: the folder of weight files that goes with it, or the one file of them.

    Raises:
        ModelError: it breaks rules; the message holds the first ones.
    """
    report = Report(tuple(judge(Subject(specification, weights=WeightFiles(weights=weights)))))
    if not report.valid:
        raise ModelError(f"The model is not valid and is not written: {report}")


def judge(subject: Subject, only_updatable: bool = False) -> Iterator[Problem]:
    """Yield the problems of a model and of the models inside it.

    Args:
        subject: the model.
        only_updatable: run the rules about updatable models alone.
    """
    for rule in rules_in_order():
        if _concerns(rule, subject) and (rule.of_updatable or not only_updatable):
            for place, message in rule.check(subject):
                yield Problem(rule.name, subject.at(place), message)
    for inner in subject.inside():
        yield from judge(inner, only_updatable)


def _concerns(rule: Rule, subject: Subject) -> bool:
    return (not rule.kinds or subject.kind in rule.kinds) and (subject.updatable or not rule.of_updatable)
