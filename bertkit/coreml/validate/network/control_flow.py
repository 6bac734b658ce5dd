"""Rules about branches and loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.network.walk import Step
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


def _steps(subject: Subject, *kinds: str) -> Iterator[tuple[Step, Any]]:
    for step in subject.network.steps:
        if step.kind in kinds:
            yield step, getattr(step.layer, step.kind)


@rule("layer.condition-size", *NETWORKS)
def conditions_are_single_numbers(subject: Subject) -> Iterable[Finding]:
    """The input of a branch or a loop is one number, where its size is stated."""
    for step, _ in _steps(subject, "branch", "loop"):
        for tensor in step.layer.inputTensor[:1]:
            if any(size > 1 for size in tensor.dimValue):
                yield step.where, f"The input of a {step.kind} is one number; its sizes are {list(tensor.dimValue)}."


@rule("layer.branch", *NETWORKS)
def branches_do_something(subject: Subject) -> Iterable[Finding]:
    """A branch has layers for the case that its condition holds."""
    for step, branch in _steps(subject, "branch"):
        if not branch.ifBranch.layers:
            yield step.where, "The if-branch has no layers. Turn the condition round where only the else-branch acts."


@rule("layer.loop-body", *NETWORKS)
def loops_do_something(subject: Subject) -> Iterable[Finding]:
    """A loop has a body."""
    for step, loop in _steps(subject, "loop"):
        if not loop.bodyNetwork.layers:
            yield step.where, "The body of the loop has no layers."


@rule("layer.loop-condition", *NETWORKS)
def conditions_come_with_variables(subject: Subject) -> Iterable[Finding]:
    """A condition variable is named exactly if there is a condition network, which then produces it."""
    for step, loop in _steps(subject, "loop"):
        has_network = len(loop.conditionNetwork.layers) > 0
        if has_network and not loop.conditionVar:
            yield step.where, "The loop has a condition network but names no condition variable."
        elif not has_network and loop.conditionVar:
            yield (
                step.where,
                f'The loop names the condition variable "{loop.conditionVar}" but has no condition network.',
            )
        elif has_network and not step.condition_produced:
            yield step.where, f'The condition network does not produce the condition variable "{loop.conditionVar}".'


@rule("layer.loop-end", *NETWORKS)
def loops_end(subject: Subject) -> Iterable[Finding]:
    """A loop has a maximum of iterations, an input that gives it, or a condition."""
    for step, loop in _steps(subject, "loop"):
        if not loop.conditionNetwork.layers and loop.maxLoopIterations == 0 and not step.layer.input:
            yield step.where, "The loop has no maximum of iterations, no input that gives one and no condition network."


@rule("layer.loop-exit", *NETWORKS)
def exits_are_in_loop_bodies(subject: Subject) -> Iterable[Finding]:
    """`loopBreak` and `loopContinue` stand inside the body of a loop."""
    for step, _ in _steps(subject, "loopBreak", "loopContinue"):
        if step.loop_depth == 0:
            yield step.where, f"A {step.kind} layer must be inside the bodyNetwork of a loop."
