"""A layer's parameters as Python values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bertkit.coreml.lowering.network.weights import Floats, read_weights
from bertkit.coreml.lowering.registry import Stored
from bertkit.errors import ModelError

_WEIGHTS = "WeightParams"
_NESTED = "LSTMWeightParams"
_BIAS_SWITCH = "has_bias"


def layer_type(layer: Any) -> str:
    """Return a layer's field name, followed by that of its nested choice where it consists of one.

    Raises:
        ModelError: the layer is of no type, or of one that this version of the specification does not know.
    """
    name = layer.WhichOneof("layer")
    if name is None:
        raise ModelError(f'The layer "{layer.name}" is of no type that specification versions 1 to 5 define.')
    choices = getattr(layer, name).DESCRIPTOR.oneofs
    if len(choices) == 1 and len(choices[0].fields) == len(choices[0].containing_type.fields):
        return f"{name}.{getattr(layer, name).WhichOneof(choices[0].name)}"
    return str(name)


def layer_message(layer: Any) -> Any:
    """Return the message that holds a layer's parameters, of the nested choice where there is one."""
    message = layer
    for name in layer_type(layer).split("."):
        message = getattr(message, name)
    return message


def read_fields(message: Any) -> dict[str, Any]:
    """Return the fields that differ from their defaults, weights left out.

    Names are in snake case; lists are tuples, enumerations are names, nested messages are dictionaries.
    """
    fields: dict[str, Any] = {}
    for descriptor, value in message.ListFields():
        if not _holds_weights(descriptor) and not _nests_weights(descriptor):
            fields[snake_case(descriptor.name)] = _read(descriptor, value)
    return fields


def weight_messages(message: Any) -> dict[str, Any]:
    """Return the fields that hold weights; empty ones, and a bias that is switched off, are left out.

    Those of a nested message are named `message.field`, or `message.0.field` where there are several.
    """
    switched_off = "hasBias" in message.DESCRIPTOR.fields_by_name and not message.hasBias
    found: dict[str, Any] = {}
    for descriptor, value in message.ListFields():
        name = snake_case(descriptor.name)
        if _holds_weights(descriptor):
            if value.ByteSize() > 0 and not (name == "bias" and switched_off):
                found[name] = value
        elif _nests_weights(descriptor):
            several = isinstance(value, Sequence)
            for index, part in enumerate(value if several else [value]):
                prefix = f"{name}.{index}" if several else name
                found.update({f"{prefix}.{inner}": weight for inner, weight in weight_messages(part).items()})
    return found


def read_layer_weights(
    message: Any, stored: Mapping[str, Stored], fields: Mapping[str, Any], place: str
) -> dict[str, Floats]:
    """Read those weights of a layer that are there.

    Args:
        message: the layer's parameters.
        stored: how the layer stores each of its weights.
        fields: what `read_fields` returned.
        place: the layer, for messages.

    Raises:
        ModelError: a weight's size contradicts the layer's fields.
        UnsupportedError: a weight's encoding is not supported.
    """
    weights = {}
    for name, value in weight_messages(message).items():
        if name in stored:
            kept = stored[name]
            axis = 0 if kept.output_axis is None else kept.output_axis(fields)
            weight = read_weights(value, _resolve(kept, fields), f'The {name} of layer "{place}"', axis)
            weights[name] = weight.T if kept.transposed else weight
    return weights


def consumed_fields(stored: Mapping[str, Stored]) -> set[str]:
    """Return the names of the fields that only describe weights, so that a function need not take them."""
    consumed = {_BIAS_SWITCH}
    for weight in stored.values():
        consumed.update(weight.described_by)
        if not callable(weight.shape):
            consumed.update(entry for entry in weight.shape if isinstance(entry, str))
    return consumed


def _resolve(stored: Stored, fields: Mapping[str, Any]) -> tuple[int, ...]:
    shape = stored.shape
    if callable(shape):
        return shape(fields)
    resolved: list[int] = []
    for entry in shape:
        value = fields.get(entry, 0) if isinstance(entry, str) else entry
        resolved.extend(value if isinstance(value, tuple) else (value,))
    return tuple(resolved)


def _holds_weights(descriptor: Any) -> bool:
    return descriptor.message_type is not None and descriptor.message_type.name == _WEIGHTS


def _nests_weights(descriptor: Any) -> bool:
    return descriptor.message_type is not None and descriptor.message_type.name == _NESTED


def _read(descriptor: Any, value: Any) -> Any:
    if isinstance(value, (bool, int, float, str, bytes)):
        return value if descriptor.enum_type is None else descriptor.enum_type.values_by_number[value].name
    if isinstance(value, Sequence):
        return tuple(_read(descriptor, item) for item in value)
    return read_fields(value)


def snake_case(name: str) -> str:
    """Return a field's name as functions take it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
