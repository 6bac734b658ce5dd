"""The layers of a NeuralNetwork."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bertkit.coreml.parameters import Parameter
from bertkit.inspect.layers.layer import Layer, Value

_LONGEST_SETTING = 8
_VARIANTS = {"activation": "NonlinearityType", "pooling": "", "unary": "", "reduce": ""}
_WEIGHTS = "WeightParams"
_NETWORK = "NeuralNetwork"
_SIDES = {"ifBranch": "if", "elseBranch": "else", "conditionNetwork": "condition", "bodyNetwork": "body"}

_Within = tuple[str, str] | None


def network_layers(network: Any, prefix: str, parameters: dict[str, list[Parameter]]) -> list[Layer]:
    """List the layers of a `NeuralNetwork`, those inside branches and loops after the one they stand in.

    Args:
        network: a network, classifier or regressor.
        prefix: what stands before names inside a pipeline.
        parameters: all of the model, by layer.
    """
    return [_layer(layer, own, prefix, parameters, within) for own, layer, within in _layers(network, prefix, None)]


def _layers(network: Any, prefix: str, within: _Within) -> Iterator[tuple[str, Any, _Within]]:
    for layer in network.layers:
        yield prefix, layer, within
        kind = layer.WhichOneof("layer")
        for field, value in getattr(layer, kind).ListFields() if kind is not None else ():
            if getattr(getattr(value, "DESCRIPTOR", None), "name", "") == _NETWORK:
                side = _SIDES.get(field.name, field.name)
                yield from _layers(value, f"{prefix}{layer.name}/", (f"{prefix}{layer.name}", side))


def _layer(layer: Any, own: str, prefix: str, parameters: dict[str, list[Parameter]], within: _Within) -> Layer:
    kind = layer.WhichOneof("layer")
    content = getattr(layer, kind) if kind is not None else None
    return Layer(
        name=own + layer.name,
        kind="unknown" if kind is None else kind,
        variant="" if content is None else _variant(kind, content),
        inputs=tuple(_values(layer.input, layer.inputTensor, prefix)),
        outputs=tuple(_values(layer.output, layer.outputTensor, prefix)),
        settings={} if content is None else dict(_settings(content)),
        parameters=tuple(parameters.get(own + layer.name, ())),
        within=within,
    )


def _values(names: Any, tensors: Any, prefix: str) -> Iterator[Value]:
    """Pair names with the shapes that the file may state; sizes below 1 are not fixed."""
    for position, name in enumerate(names):
        if position < len(tensors):
            shape = tuple(int(size) if size > 0 else None for size in tensors[position].dimValue)
            yield Value(prefix + name, "", shape)
        else:
            yield Value(prefix + name)


def _variant(kind: str, content: Any) -> str:
    if kind not in _VARIANTS:
        return ""
    if group := _VARIANTS[kind]:
        return str(content.WhichOneof(group) or "")
    field = content.DESCRIPTOR.fields_by_name["type"]
    return str(field.enum_type.values_by_number[content.type].name)


def _settings(content: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of a layer that hold a few numbers or words."""
    for field, value in content.ListFields():
        if field.message_type is None:
            text = _text(value)
            if text:
                yield field.name, text


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return ""
    if isinstance(value, (bool, int, float, str)):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"[{', '.join(map(str, value))}]" if len(value) <= _LONGEST_SETTING else ""
