"""Rules about the values of an ML Program: named, defined before use, and once."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


@rule("program.functions", "mlProgram")
def has_functions(subject: Subject) -> Iterable[Finding]:
    """A program has a function."""
    if not subject.content.functions:
        yield "", "An ML Program must have at least one function; it has none."


@rule("program.undefined-value", "mlProgram")
def values_are_defined_before_use(subject: Subject) -> Iterable[Finding]:
    """An operation takes inputs of the function and outputs of earlier operations that are visible to it."""
    for walk in subject.functions.values():
        for step in walk.steps:
            for parameter, value in step.undefined:
                yield step.where, f'Its input "{parameter}" is the value "{value}", which nothing before it produces.'


@rule("program.undefined-result", "mlProgram")
def results_are_defined(subject: Subject) -> Iterable[Finding]:
    """A block returns values that it computes."""
    for walk in subject.functions.values():
        for where, value in walk.undefined_results:
            yield where, f'The block returns the value "{value}", which nothing in it produces.'


@rule("program.repeated-value", "mlProgram")
def values_are_defined_once(subject: Subject) -> Iterable[Finding]:
    """No operation gives its output the name of a value that exists already."""
    for walk in subject.functions.values():
        for step in walk.steps:
            for value in step.repeated:
                yield step.where, f'The operation produces the value "{value}", which exists already.'


@rule("program.names", "mlProgram")
def everything_is_named(subject: Subject) -> Iterable[Finding]:
    """Functions, their inputs, and the outputs of operations have names."""
    for name, walk in subject.functions.items():
        if not name:
            yield "function ", "Every function must have a name; this one's is empty."
        if any(not value.name for value in walk.function.inputs):
            yield f"function {name}", "Every input of a function must have a name; one is empty."
        for step in walk.steps:
            if any(not output.name for output in step.operation.outputs):
                yield step.where, "Every output of an operation must have a name; one is empty."
