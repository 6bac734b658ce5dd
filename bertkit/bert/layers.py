"""The layers and parameters of a specification, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bertkit.bert.names import PARAMETER_ENDINGS

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerEntry:
    """One layer of a saved model.

    Attributes:
        name: full, `encoder__layer_3__attention__self__query`.
        kind: the operation's or layer's type, for example `linear` or `innerProduct`.
        parameters: names of the parameters it uses.
    """

    name: str
    kind: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """What a specification holds.

    Attributes:
        layers: in the order of the file.
        parameters: shape of every parameter by its name.
    """

    layers: tuple[LayerEntry, ...]
    parameters: dict[str, Shape]


def read_contents(specification: Any) -> Contents:
    """List the layers and parameters of an ML Program or NeuralNetwork that bertkit wrote.

    Args:
        specification: `Model_pb2.Model`.
    """
    read = _program if specification.WhichOneof("Type") == "mlProgram" else _network
    parameters: dict[str, Shape] = {}
    layers = tuple(read(specification, parameters))
    return Contents(layers, parameters)


def _program(specification: Any, parameters: dict[str, Shape]) -> Iterator[LayerEntry]:
    function = specification.mlProgram.functions["main"]
    for operation in function.block_specializations[function.opset].operations:
        name = operation.attributes["name"].immediateValue.tensor.strings.values[0]
        is_constant = operation.type == "const" or operation.type.startswith("constexpr_")
        if is_constant and name.endswith(PARAMETER_ENDINGS):
            dimensions = operation.outputs[0].type.tensorType.dimensions
            parameters[name] = tuple(int(dimension.constant.size) for dimension in dimensions)
        elif not is_constant:
            arguments = (argument.name for value in operation.inputs.values() for argument in value.arguments)
            yield LayerEntry(name, operation.type, tuple(argument for argument in arguments if argument in parameters))


def _network(specification: Any, parameters: dict[str, Shape]) -> Iterator[LayerEntry]:
    for layer in specification.neuralNetwork.layers:
        kind = layer.WhichOneof("layer")
        if kind == "loadConstantND" and layer.name.endswith(PARAMETER_ENDINGS):
            parameters[layer.name] = tuple(int(size) for size in layer.loadConstantND.shape)
            continue
        weight, bias = (f"{layer.name}{ending}" for ending in PARAMETER_ENDINGS)
        own = {weight: _weight_shape(kind, layer), bias: _bias_shape(kind, layer)}
        parameters.update({name: shape for name, shape in own.items() if shape is not None})
        yield LayerEntry(layer.name, kind, tuple(name for name in (weight, bias, *layer.input) if name in parameters))


def _weight_shape(kind: str, layer: Any) -> Shape | None:
    if kind == "innerProduct":
        return int(layer.innerProduct.outputChannels), int(layer.innerProduct.inputChannels)
    if kind == "embeddingND":
        return int(layer.embeddingND.vocabSize), int(layer.embeddingND.embeddingSize)
    return _bias_shape(kind, layer) if kind == "layerNormalization" else None


def _bias_shape(kind: str, layer: Any) -> Shape | None:
    if kind == "innerProduct":
        return (int(layer.innerProduct.outputChannels),)
    if kind == "layerNormalization":
        return tuple(int(size) for size in layer.layerNormalization.normalizedShape)
    return None
