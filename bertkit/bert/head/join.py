"""Joins a reader and a head that has learned into one model again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.head.names import DENSE_LAYER, LOGITS_LAYER
from bertkit.bert.head.span_weights import SpanWeights, read_span_weights
from bertkit.coreml import proto
from bertkit.coreml.package import Package
from bertkit.errors import ModelError, UnsupportedError

_MASKS = 2  # channels that the head has besides those of the encoder


def join_head(reader: Package, head: Package) -> Package:
    """Return a reader whose span head has the weights of a head of its own file.

    Args:
        reader: what encoder and head were made from.
        head: from `build_head`, trained or not, without further units.

    Returns:
        The reader's package with another specification, to run, look into, or save.

    Raises:
        UnsupportedError: the head is deeper than the reader's, or the reader is of another type than those that can be
            cut into encoder and head.
        ModelError: the head is of another reader, or one of them has no span head that bertkit wrote.
    """
    if any(layer.name == DENSE_LAYER for layer in head.specification.neuralNetwork.layers):
        raise UnsupportedError(
            f"The head {head.path.name} has a layer of units that {reader.path.name} has no place for, so the layers "
            "of this reader cannot be looked into. Answers and scores can."
        )
    joins = {"mlProgram": _join_program, "neuralNetwork": _join_network}
    if reader.model_type not in joins:
        raise UnsupportedError(f"{reader.path} is of the type {reader.model_type}, which takes no head.")
    learned = read_span_weights(head)
    specification = type(reader.specification)()
    specification.CopyFrom(reader.specification)
    joins[reader.model_type](specification, SpanWeights(learned.matrix[:, :-_MASKS], learned.bias))
    return reader.with_specification(specification)


def _join_program(specification: Any, weights: SpanWeights) -> None:
    function = specification.mlProgram.functions["main"]
    makers = {
        output.name: operation
        for operation in function.block_specializations[function.opset].operations
        for output in operation.outputs
    }
    if LOGITS_LAYER not in makers:
        raise _other(weights)
    inputs = makers[LOGITS_LAYER].inputs
    for name, values in (("weight", weights.matrix), ("bias", weights.bias)):
        _set_constant(makers[inputs[name].arguments[0].name], values, weights)


def _set_constant(operation: Any, values: NDArray[np.float32], weights: SpanWeights) -> None:
    """Put values into a constant, in its own precision, instead of where they are in the weight file."""
    kind, constant = operation.outputs[0].type, operation.attributes["val"]
    if operation.type != "const" or values.shape != tuple(each.constant.size for each in kind.tensorType.dimensions):
        raise _other(weights)
    constant.Clear()
    constant.type.CopyFrom(kind)
    tensor = constant.immediateValue.tensor
    if kind.tensorType.dataType == proto.mil_pb2().DataType.Value("FLOAT16"):
        tensor.bytes.values = values.astype("<f2").tobytes()
    else:
        tensor.floats.values.extend(values.reshape(-1).tolist())


def _join_network(specification: Any, weights: SpanWeights) -> None:
    layer = next((layer for layer in specification.neuralNetwork.layers if layer.name == LOGITS_LAYER), None)
    content = None if layer is None else getattr(layer, layer.WhichOneof("layer"))
    if content is None:
        raise _other(weights)
    for message, values in ((content.weights, weights.matrix), (content.bias, weights.bias)):
        is_half = bool(message.float16Value)
        if values.size != (len(message.float16Value) // 2 if is_half else len(message.floatValue)):
            raise _other(weights)
        message.Clear()
        if is_half:
            message.float16Value = values.astype("<f2").tobytes()
        else:
            message.floatValue.extend(values.reshape(-1).tolist())


def _other(weights: SpanWeights) -> ModelError:
    return ModelError(
        f'The reader has no layer "{LOGITS_LAYER}" for a head of {weights.hidden_size} numbers a token. Join the head '
        "with the reader that it was made from."
    )
