"""The parameters of a NeuralNetwork: every `WeightParams` message of its layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bertkit.coreml.parameters.parameter import Parameter

_WEIGHTS = "WeightParams"
_NETWORK = "NeuralNetwork"


def network_parameters(network: Any, prefix: str = "") -> list[Parameter]:
    """List the parameters of a `NeuralNetwork`, classifier or regressor, those inside branches and loops included."""
    return [parameter for layer in network.layers for parameter in _layer_parameters(layer, prefix)]


def _layer_parameters(layer: Any, prefix: str) -> Iterator[Parameter]:
    kind = layer.WhichOneof("layer")
    if kind is None:
        return
    content = getattr(layer, kind)
    for field, weights in _weights(content, ""):
        count, storage, size = _stored(weights)
        yield Parameter(
            name=f"{prefix}{layer.name}.{field}",
            layer=prefix + layer.name,
            shape=_shape(kind, content, field, count),
            storage=storage,
            count=count,
            bytes=size,
            updatable=layer.isUpdatable and weights.isUpdatable,
        )
    for inner in _inner_networks(content):
        yield from network_parameters(inner, f"{prefix}{layer.name}/")


def _children(message: Any) -> Iterator[tuple[str, Any]]:
    """Yield the messages that a message holds, with the names of their fields, repeated ones indexed."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if hasattr(value, "ListFields"):
            yield field.name, value
        else:
            yield from ((f"{field.name}[{position}]", item) for position, item in enumerate(value))


def _weights(message: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, value in _children(message):
        kind = value.DESCRIPTOR.name
        if kind == _WEIGHTS:
            yield path + name, value
        elif kind != _NETWORK:
            yield from _weights(value, f"{path}{name}.")


def _inner_networks(content: Any) -> Iterator[Any]:
    return (value for _, value in _children(content) if value.DESCRIPTOR.name == _NETWORK)


def _stored(weights: Any) -> tuple[int, str, int]:
    """Return count, storage and bytes of one `WeightParams`."""
    if weights.HasField("quantization"):
        quantization = weights.quantization
        table = quantization.WhichOneof("QuantizationType") == "lookupTableQuantization"
        bits = quantization.numberOfBits
        raw = weights.rawValue or weights.int8RawValue
        storage = f"palettized {bits}-bit" if table else f"int{bits}"
        return len(raw) * 8 // bits, storage, len(raw) + quantization.ByteSize()
    if weights.int8RawValue:
        return len(weights.int8RawValue), "int8", len(weights.int8RawValue)
    if weights.float16Value:
        return len(weights.float16Value) // 2, "float16", len(weights.float16Value)
    return len(weights.floatValue), "float32", 4 * len(weights.floatValue)


def _shape(kind: str, content: Any, field: str, count: int) -> tuple[int, ...]:
    """Return the shape that a layer states for its weights; flat where it states none or another count."""
    shape: tuple[int, ...] = (count,)
    if field == "weights":
        if kind == "innerProduct":
            shape = (content.outputChannels, content.inputChannels)
        elif kind == "embedding":
            shape = (content.outputChannels, content.inputDim)
        elif kind == "embeddingND":
            shape = (content.embeddingSize, content.vocabSize)
        elif kind == "convolution":
            shape = (content.outputChannels, content.kernelChannels, *content.kernelSize)
        elif kind == "batchedMatmul":
            shape = (content.weightMatrixFirstDimension, content.weightMatrixSecondDimension)
    elif kind in ("scale", "bias", "loadConstant", "loadConstantND"):
        stated = {"scale": "shapeScale", "bias": "shape"}.get(kind, "shape")
        shape = tuple(getattr(content, stated))
    return shape if math.prod(shape) == count else (count,)
