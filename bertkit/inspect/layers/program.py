"""The layers of an ML Program: its operations, constants left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from bertkit.coreml.parameters import Parameter
from bertkit.coreml.parameters.mil import data_type_name, operation_name
from bertkit.inspect.layers.layer import Layer, Value

_LONGEST_SETTING = 8
_CONSTANT = ("const", "constexpr_")
_SIDES = {"cond": ("if", "else"), "while_loop": ("condition", "body")}

_Within = tuple[str, str] | None


def program_layers(program: Any, prefix: str, parameters: dict[str, list[Parameter]]) -> list[Layer]:
    """List the operations of a `MIL_pb2.Program`, those inside branches and loops after the one they stand in.

    Args:
        program: of one model.
        prefix: what stands before names inside a pipeline.
        parameters: all of the model, by layer.
    """
    layers = []
    for name, function in sorted(program.functions.items()):  # maps of protobuf have no order of their own
        own = prefix if len(program.functions) == 1 else f"{prefix}{name}."
        operations = list(_operations(function.block_specializations[function.opset], own, None))
        constants = {
            value.name: operation for operation, _ in operations for value in operation.outputs if _constant(operation)
        }
        values = {value.name: _value(value, own) for value in function.inputs}
        for operation, within in operations:
            if not _constant(operation):
                given = (value for block in operation.blocks for value in block.inputs)
                values.update((value.name, _value(value, own)) for value in (*operation.outputs, *given))
                layer = _layer(operation, own, prefix, constants, values, parameters)
                layers.append(replace(layer, within=within))
    return layers


def _operations(block: Any, own: str, within: _Within) -> Iterator[tuple[Any, _Within]]:
    """Yield operations with what they are directly in, those of the blocks inside each right after it."""
    for operation in block.operations:
        yield operation, within
        sides = _SIDES.get(operation.type, ())
        for index, inner in enumerate(operation.blocks):
            side = sides[index] if index < len(sides) else f"block {index}"
            yield from _operations(inner, own, (own + operation_name(operation), side))


def _layer(
    operation: Any,
    own: str,
    prefix: str,
    constants: dict[str, Any],
    values: dict[str, Value],
    parameters: dict[str, list[Parameter]],
) -> Layer:
    name = operation_name(operation)
    own_parameters = parameters.get(prefix + name, [])
    learned = {parameter.name for parameter in own_parameters}
    settings, inputs = {}, []
    for argument, bound in sorted(operation.inputs.items()):
        for binding in bound.arguments:
            if binding.name in values:
                inputs.append(values[binding.name])
            if binding.name in values or prefix + binding.name in learned:
                continue
            if text := _setting(binding, constants):
                settings[argument] = text
    return Layer(
        name=own + name,
        kind=operation.type,
        inputs=tuple(inputs),
        outputs=tuple(values[value.name] for value in operation.outputs),
        settings=settings,
        parameters=tuple(own_parameters),
    )


def _constant(operation: Any) -> bool:
    return str(operation.type).startswith(_CONSTANT)


def _value(described: Any, prefix: str) -> Value:
    if described.type.WhichOneof("type") != "tensorType":
        return Value(prefix + described.name)
    tensor = described.type.tensorType
    shape = tuple(
        int(dimension.constant.size) if dimension.WhichOneof("dimension") == "constant" else None
        for dimension in tensor.dimensions
    )
    return Value(prefix + described.name, data_type_name(tensor.dataType), shape)


def _setting(binding: Any, constants: dict[str, Any]) -> str:
    if binding.name not in constants:
        return _short(binding.value)
    attributes = constants[binding.name].attributes
    return _short(attributes["val"]) if "val" in attributes else ""


def _short(value: Any) -> str:
    """Return a constant as text when it is a number, a word, or a few of them; else nothing."""
    if value.WhichOneof("value") != "immediateValue" or value.immediateValue.WhichOneof("value") != "tensor":
        return ""
    tensor = value.immediateValue.tensor
    kind = tensor.WhichOneof("value")
    if kind is None:
        return ""
    content = getattr(tensor, kind).values
    if kind == "bytes":
        content = _half(content) if data_type_name(value.type.tensorType.dataType) == "float16" else []
    if not 0 < len(content) <= _LONGEST_SETTING:
        return ""
    words = [f"{item:.6g}" if isinstance(item, float) else str(item) for item in content]
    return words[0] if value.type.tensorType.rank == 0 else f"[{', '.join(words)}]"


def _half(content: bytes) -> list[float]:
    whole = len(content) // 2 * 2
    return [float(number) for number in np.frombuffer(content[:whole], np.float16)]
