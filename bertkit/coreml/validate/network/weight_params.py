"""The weights of layers, as they are stored: how, and how many numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WEIGHTS = "WeightParams"
_NETWORK = "NeuralNetwork"


def weight_params(layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield every `WeightParams` of a layer with the name of its field; those of nested networks are left out."""
    kind = layer.WhichOneof("layer")
    if kind is not None:
        yield from _in_message(getattr(layer, kind), "")


def encoding_of(weights: Any) -> str:
    """Return how weights are stored: `float32`, `float16`, `quantized`, `int8`, `none`, or `several` ways at once."""
    used = [
        name
        for name, value in (
            ("float32", weights.floatValue),
            ("float16", weights.float16Value),
            ("quantized", weights.rawValue),
            ("int8", weights.int8RawValue),
        )
        if len(value) > 0
    ]
    if len(used) > 1:
        return "several"
    return used[0] if used else "none"


def stored_count(weights: Any) -> int | None:
    """Return how many numbers are stored; None where the encoding does not tell exactly."""
    encoding = encoding_of(weights)
    if encoding == "float32":
        return len(weights.floatValue)
    if encoding == "float16":
        return len(weights.float16Value) // 2
    if encoding == "int8":
        return len(weights.int8RawValue)
    return 0 if encoding == "none" else None


def _in_message(message: Any, path: str) -> Iterator[tuple[str, Any]]:
    for descriptor, value in message.ListFields():
        kind = None if descriptor.message_type is None else descriptor.message_type.name
        if kind is None or kind == _NETWORK or descriptor.message_type.GetOptions().map_entry:
            continue
        items = value if not hasattr(value, "ListFields") else [value]
        for position, item in enumerate(items):
            name = f"{path}{descriptor.name}" if item is value else f"{path}{descriptor.name}[{position}]"
            if kind == _WEIGHTS:
                yield name, item
            else:
                yield from _in_message(item, f"{name}.")
