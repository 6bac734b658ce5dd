"""Goes through the operations of an ML Program in order, with the scoping of nested blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# A value's name and its type, `MIL_pb2.ValueType`.
Values = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One operation, with what is visible before it.

    Attributes:
        operation: `MIL_pb2.Operation`.
        where: for example `function main/op encoder__query`.
        undefined: the values that it takes and nothing before it produces, with the parameter they are passed to.
        repeated: the values that it produces and that exist already.
    """

    operation: Any
    where: str
    undefined: tuple[tuple[str, str], ...]
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class FunctionWalk:
    """One function, its operations in order.

    Attributes:
        function: `MIL_pb2.Function`.
        block: the block of its opset; None where it has none.
        steps: all operations, those in nested blocks included.
        outputs: the types of the values that the function returns; None for those that nothing produces.
        undefined_results: places and names of block outputs that nothing in the block produces.
    """

    function: Any
    block: Any | None
    steps: tuple[Step, ...]
    outputs: dict[str, Any | None]
    undefined_results: tuple[tuple[str, str], ...]


def walk_program(program: Any) -> dict[str, FunctionWalk]:
    """Go through all functions of a `MIL_pb2.Program`, in the order of their names."""
    return {name: _walk_function(name, program.functions[name]) for name in sorted(program.functions)}


def operation_place(operation: Any) -> str:
    """Return what an operation is called: its `name` attribute, else its first output, else its type."""
    if "name" in operation.attributes:
        strings = operation.attributes["name"].immediateValue.tensor.strings.values
        if strings:
            return str(strings[0])
    return str(operation.outputs[0].name if operation.outputs else operation.type)


def _walk_function(name: str, function: Any) -> FunctionWalk:
    block = function.block_specializations.get(function.opset)
    values = {value.name: value.type for value in function.inputs}
    walker = _Walker()
    if block is not None:
        walker.walk(block, values, f"function {name}/")
    outputs = {} if block is None else {output: values.get(output) for output in block.outputs}
    return FunctionWalk(function, block, tuple(walker.steps), outputs, tuple(walker.undefined_results))


@dataclass
class _Walker:
    """Collects steps; every `walk` adds the block's values to those it is given."""

    steps: list[Step] = field(default_factory=list)
    undefined_results: list[tuple[str, str]] = field(default_factory=list)

    def walk(self, block: Any, values: Values, prefix: str) -> None:
        for value in block.inputs:
            values[value.name] = value.type
        for operation in block.operations:
            where = f"{prefix}op {operation_place(operation)}"
            undefined = tuple((key, name) for key, name in _arguments(operation) if name not in values)
            repeated = tuple(value.name for value in operation.outputs if value.name in values)
            self.steps.append(Step(operation, where, undefined, repeated))
            for position, inner in enumerate(operation.blocks):
                self.walk(inner, dict(values), f"{where}/block {position}/")
            for value in operation.outputs:
                values[value.name] = value.type
        for name in block.outputs:
            if name not in values:
                self.undefined_results.append((prefix.removesuffix("/"), name))


def _arguments(operation: Any) -> Iterator[tuple[str, str]]:
    for key in sorted(operation.inputs):
        for binding in operation.inputs[key].arguments:
            if binding.WhichOneof("binding") == "name":
                yield key, binding.name
