"""The parameters of an ML Program: floating-point constants, and the `constexpr_` operations that stand for some."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bertkit.coreml import proto
from bertkit.coreml.parameters.parameter import Parameter

_BITS = {
    "bool": 8, "string": 0, "float16": 16, "float32": 32, "float64": 64, "bfloat16": 16,
    "int4": 4, "int8": 8, "int16": 16, "int32": 32, "int64": 64,
    "uint1": 1, "uint2": 2, "uint3": 3, "uint4": 4, "uint6": 6, "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64,
}  # fmt: skip
_FLOATS = {"float16", "float32", "float64", "bfloat16"}
_PASSED_THROUGH = ("cast", "identity")


def mil_parameters(program: Any, prefix: str = "") -> list[Parameter]:
    """List the parameters of a `MIL_pb2.Program`, each under the operation that uses it first."""
    found = []
    for function in program.functions.values():
        operations = list(operations_of(function.block_specializations[function.opset]))
        producers = {value.name: operation for operation in operations for value in operation.outputs}
        users = _first_users(operations)
        pieces = {name for operation in operations if _is_constexpr(operation) for name in _argument_names(operation)}
        for operation in operations:
            output = operation.outputs[0] if operation.outputs else None
            if output is None or output.name in pieces or not _is_parameter(operation):
                continue
            shape = _shape(output.type)
            found.append(
                Parameter(
                    name=prefix + output.name,
                    layer=prefix + _using_layer(output.name, users),
                    shape=shape,
                    storage=_storage(operation, producers),
                    count=math.prod(shape),
                    bytes=_bytes(operation, producers),
                )
            )
    return found


def operation_name(operation: Any) -> str:
    """Return the name of a MIL operation: its `name` attribute, or its first output's, or else its type."""
    given = operation.attributes["name"].immediateValue.tensor.strings.values if "name" in operation.attributes else ()
    return str(given[0] if given else operation.outputs[0].name if operation.outputs else operation.type)


def operations_of(block: Any) -> Iterator[Any]:
    """Yield the operations of a block, those of the blocks inside each right after it."""
    for operation in block.operations:
        yield operation
        for inner in operation.blocks:
            yield from operations_of(inner)


def _argument_names(operation: Any) -> Iterator[str]:
    for argument in operation.inputs.values():
        yield from (binding.name for binding in argument.arguments if binding.name)


def _first_users(operations: list[Any]) -> dict[str, Any]:
    users: dict[str, Any] = {}
    for operation in operations:
        for name in _argument_names(operation):
            users.setdefault(name, operation)
    return users


def _using_layer(value: str, users: dict[str, Any]) -> str:
    """Follow casts to the operation that computes with the value; an unused value stands for itself."""
    while (user := users.get(value)) is not None:
        if user.type not in _PASSED_THROUGH and not _is_constexpr(user):
            return operation_name(user)
        value = user.outputs[0].name
    return value


def _is_constexpr(operation: Any) -> bool:
    return str(operation.type).startswith("constexpr_")


def _is_parameter(operation: Any) -> bool:
    kind = operation.outputs[0].type.WhichOneof("type")
    if _is_constexpr(operation):
        return True
    if operation.type != "const" or kind != "tensorType":
        return False
    tensor = operation.outputs[0].type.tensorType
    return tensor.rank > 0 and data_type_name(tensor.dataType) in _FLOATS


def _shape(value_type: Any) -> tuple[int, ...]:
    return tuple(dimension.constant.size for dimension in value_type.tensorType.dimensions)


def data_type_name(number: int) -> str:
    """Return a MIL data type's name as numpy writes it: `float16`, `int32`."""
    name = str(proto.mil_pb2().DataType.Name(number)).lower()
    return "float" + name[5:] if name.startswith("float") else name


def _stored_values(operation: Any, producers: dict[str, Any]) -> list[Any]:
    """Return the `Value`s a constant or constexpr operation is stored as, those of its own inputs included."""
    stored = [value for name, value in operation.attributes.items() if name != "name"]
    for argument in operation.inputs.values():
        for binding in argument.arguments:
            if binding.WhichOneof("binding") == "value":
                stored.append(binding.value)
            elif binding.name in producers:
                stored.extend(_stored_values(producers[binding.name], producers))
    return [value for value in stored if value.type.WhichOneof("type") == "tensorType"]


def _bytes(operation: Any, producers: dict[str, Any]) -> int:
    bits = 0
    for value in _stored_values(operation, producers):
        tensor = value.type.tensorType
        bits += math.prod(_shape(value.type)) * _BITS.get(data_type_name(tensor.dataType), 0)
    return (bits + 7) // 8


def _storage(operation: Any, producers: dict[str, Any]) -> str:
    if operation.type == "const":
        return data_type_name(operation.outputs[0].type.tensorType.dataType)
    values = _stored_values(operation, producers)
    largest = max(values, key=lambda value: math.prod(_shape(value.type)))
    stored = data_type_name(largest.type.tensorType.dataType)
    if "lut" in operation.type:
        return f"palettized {_palette_bits(operation, stored)}-bit"
    return f"{stored} sparse" if "sparse" in operation.type else stored


def _palette_bits(operation: Any, stored: str) -> int:
    """Return the bits of an index: stated by its type since iOS 18, before that by the length of the table."""
    if "lut" in operation.attributes:
        entries = math.prod(_shape(operation.attributes["lut"].type))
        return max(1, math.ceil(math.log2(entries)))
    return _BITS[stored]
