"""Rules about constants: they hold a value, and what lies in a weight file lies there whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.program.types import bits_of, count_of, data_type
from bertkit.coreml.validate.program.walk import Step
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject
from bertkit.errors import FileError, ModelError

_CONSTANT = "const"
_VALUE = "val"


@rule("program.constant", "mlProgram")
def constants_hold_values(subject: Subject) -> Iterable[Finding]:
    """A const operation has a value and one output."""
    for step in _steps(subject):
        operation = step.operation
        if operation.type != _CONSTANT:
            continue
        if _VALUE not in operation.attributes or operation.attributes[_VALUE].WhichOneof("value") is None:
            yield step.where, f'A constant holds its value in the attribute "{_VALUE}"; there is none.'
        if len(operation.outputs) != 1:
            yield step.where, f"A constant has one output; this one has {len(operation.outputs)}."


@rule("program.weight-file", "mlProgram")
def stored_values_exist(subject: Subject) -> Iterable[Finding]:
    """A value in a weight file lies inside the package, inside the file, and has the declared size."""
    for step in _steps(subject):
        for name, value in _stored_values(step.operation):
            problem = _blob_problem(subject, value)
            if problem:
                yield f"{step.where}/{name}", problem


def _steps(subject: Subject) -> Iterator[Step]:
    for walk in subject.functions.values():
        yield from walk.steps


def _stored_values(operation: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of an operation that lie in a weight file, with the names they go by."""
    for name in sorted(operation.attributes):
        if operation.attributes[name].WhichOneof("value") == "blobFileValue":
            yield name, operation.attributes[name]
    for name in sorted(operation.inputs):
        for binding in operation.inputs[name].arguments:
            is_value = binding.WhichOneof("binding") == "value"
            if is_value and binding.value.WhichOneof("value") == "blobFileValue":
                yield name, binding.value


def _blob_problem(subject: Subject, value: Any) -> str:
    try:
        record = subject.weights.record(value.blobFileValue.fileName, value.blobFileValue.offset)
    except (FileError, ModelError) as error:
        return str(error)
    tensor = value.type.tensorType
    name, count = data_type(tensor), count_of(tensor)
    bits = bits_of(name)
    if bits is None or count is None:
        return ""
    if count * bits != record.bits:
        return f"{count} values of {name} take {count * bits} bits; the weight file holds {record.bits}."
    return ""
