"""Rules about how an ML Program's functions match the described inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.features import array_type, kind_of, listed, rank_of
from bertkit.coreml.validate.program.types import data_type, sizes_of
from bertkit.coreml.validate.program.walk import FunctionWalk
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Interface, Subject

_MAIN = "main"
_ELEMENT_TYPES = {"FLOAT32": "FLOAT32", "DOUBLE": "FLOAT64", "INT32": "INT32", "FLOAT16": "FLOAT16", "INT8": "INT8"}


def _described(subject: Subject) -> Iterator[tuple[str, Interface, FunctionWalk]]:
    """Yield the described functions that the program has."""
    for interface in subject.interfaces:
        name = interface.name or _MAIN
        if name in subject.functions:
            yield name, interface, subject.functions[name]


@rule("program.described-functions", "mlProgram")
def described_functions_exist(subject: Subject) -> Iterable[Finding]:
    """The program has the functions that are described, and no others."""
    described = {interface.name or _MAIN for interface in subject.interfaces}
    for name in sorted(described - subject.functions.keys()):
        yield (
            f"function {name}",
            f"The function is described, but the program has only {listed(subject.functions)}.",
        )
    for name in sorted(subject.functions.keys() - described):
        yield f"function {name}", "The program has this function, but it is not described."


@rule("program.input-names", "mlProgram")
def inputs_match(subject: Subject) -> Iterable[Finding]:
    """A function takes what is described, by the same names."""
    for name, interface, walk in _described(subject):
        described = [feature.name for role in ("input", "state") for feature in getattr(interface.description, role)]
        taken = [value.name for value in walk.function.inputs]
        if set(described) != set(taken):
            yield f"function {name}", f"The function takes {listed(taken)}; described are {listed(described)}."


@rule("program.output-names", "mlProgram")
def outputs_match(subject: Subject) -> Iterable[Finding]:
    """A function returns what is described, by the same names."""
    for name, interface, walk in _described(subject):
        described = [feature.name for feature in interface.description.output]
        returned = list(walk.outputs)
        if walk.block is not None and set(described) != set(returned):
            yield f"function {name}", f"The function returns {listed(returned)}; described are {listed(described)}."


@rule("program.types", "mlProgram")
def types_match(subject: Subject) -> Iterable[Finding]:
    """Described arrays have the element type, the rank and the constant sizes of the function's values."""
    for _, interface, walk in _described(subject):
        inputs = {value.name: value.type for value in walk.function.inputs}
        for role, values in (("input", inputs), ("output", walk.outputs)):
            for feature in getattr(interface.description, role):
                value = values.get(feature.name)
                if value is None or kind_of(feature) != "multiArrayType":
                    continue
                for message in _type_problems(feature.type.multiArrayType, value):
                    yield f"{interface.prefix}{role} {feature.name}", message


@rule("program.states", "mlProgram")
def states_match(subject: Subject) -> Iterable[Finding]:
    """What is described as a state is one for the function, and the other way round."""
    for _, interface, walk in _described(subject):
        states = {value.name for value in walk.function.inputs if value.type.WhichOneof("type") == "stateType"}
        for role in ("input", "state"):
            for feature in getattr(interface.description, role):
                is_state = kind_of(feature) == "stateType"
                taken = any(value.name == feature.name for value in walk.function.inputs)
                if taken and is_state != (feature.name in states):
                    described, actual = ("a state", "none") if is_state else ("no state", "one")
                    yield (
                        f"{interface.prefix}{role} {feature.name}",
                        f"It is described as {described}, but the function takes {actual}.",
                    )


def _type_problems(array: Any, value: Any) -> Iterator[str]:
    kind = value.WhichOneof("type")
    if kind != "tensorType":
        yield f"It is described as a multi-array, but the type of the function's value is {kind or 'not set'}."
        return
    tensor = value.tensorType
    described, actual = array_type(array), data_type(tensor)
    if described and _ELEMENT_TYPES[described] != actual:
        yield f"It is described as {described}, but the function's value is {actual or 'of no type'}."
    sizes = sizes_of(tensor)
    rank = rank_of(array)
    if rank and rank != tensor.rank:
        yield f"It is described with {rank} axes, but the function's value has {tensor.rank}."
    elif rank == len(sizes):
        for axis, (allowed, size) in enumerate(zip(_allowed_sizes(array), sizes, strict=True)):
            if size is not None and allowed != {size}:
                text = " or ".join(map(str, sorted(allowed, key=str)))
                yield f"Axis {axis} is described as {text}, but has {size} in the function."


def _allowed_sizes(array: Any) -> list[set[int | str]]:
    """Return the sizes that each axis of a described array may have; a range is one text."""
    flexibility = array.WhichOneof("ShapeFlexibility")
    if flexibility == "enumeratedShapes":
        shapes = [list(shape.shape) for shape in array.enumeratedShapes.shapes]
        return [{shape[axis] for shape in shapes if axis < len(shape)} for axis in range(rank_of(array))]
    if flexibility == "shapeRange":
        return [
            {size.lowerBound} if size.lowerBound == size.upperBound else {f"{size.lowerBound} to {size.upperBound}"}
            for size in array.shapeRange.sizeRanges
        ]
    return [{size} for size in array.shape]
