"""Writes the updatable head as a NeuralNetwork."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.head.names import (
    BLOCKED,
    DENSE_LAYER,
    FEATURES,
    LOGITS_LAYER,
    POSITION,
    PROBABILITIES,
    SCORES,
)
from bertkit.bert.head.span_weights import SpanWeights
from bertkit.coreml import proto

_VERSION = 4  # iOS 13, the first with updatable models
_SPREAD = 0.05  # of the random weights of a deeper head's units


@dataclass(frozen=True)
class HeadOptions:
    """How a head is built, and what its file says of training by default.

    Attributes:
        units: 0 for the reader's linear head; else a layer of so many units with ReLU is added before it. Both begin
            with the answers of the reader.
        longest: the most tokens of a row.
        learning_rate: of Adam.
        mini_batch_size: examples a step; each answer is two, its start and its end.
        epochs: passes over the examples.
        seed: of a deeper head's random weights, and of the order of the examples.
    """

    units: int = 0
    longest: int = 512
    learning_rate: float = 3e-3
    mini_batch_size: int = 16
    epochs: int = 30
    seed: int = 0


def build_head(weights: SpanWeights, options: HeadOptions | None = None) -> Any:
    """Return an updatable head that scores as the reader's own does.

    Input `features` [hidden + 2, 1, sequence], see `span_features`; outputs `scores`, all starts and then all ends, and
    `probabilities`, their softmax; trained by the cross-entropy of `position` among them.

    Args:
        weights: of the reader's head.
        options: see `HeadOptions`.

    Returns:
        `Model_pb2.Model`.
    """
    options = HeadOptions() if options is None else options
    specification = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    network, channels = specification.neuralNetwork, weights.hidden_size + 2
    matrix, bias, source = _passing_masks(weights.matrix), weights.bias, FEATURES
    if options.units:
        first, matrix = _deeper(matrix, options)
        add_convolution(network, DENSE_LAYER, (source, "dense"), first, np.zeros(len(first), np.float32))
        _add(network, "span_head__relu", "activation", "dense", "units").ReLU.SetInParent()
        source = "units"
    add_convolution(network, LOGITS_LAYER, (source, "logits"), matrix, bias)
    add_loss(specification, options)
    for features in (specification.description.input, specification.description.trainingInput):
        _ranged_array(features, FEATURES, channels, options.longest)
    _add_target(specification)
    return specification


def add_convolution(network: Any, name: str, blobs: tuple[str, str], matrix: NDArray[Any], bias: NDArray[Any]) -> None:
    """Add an updatable 1x1 convolution.

    Args:
        network: `NeuralNetwork_pb2.NeuralNetwork`.
        name: of the layer.
        blobs: what it takes and what it makes.
        matrix: [out, in] float32.
        bias: [out] float32.
    """
    content = _add(network, name, "convolution", *blobs)
    content.outputChannels, content.kernelChannels = matrix.shape
    content.nGroups = 1
    content.kernelSize.extend([1, 1])
    content.stride.extend([1, 1])
    content.dilationFactor.extend([1, 1])
    content.valid.SetInParent()
    content.hasBias = True
    for field, values in ((content.weights, matrix), (content.bias, bias)):
        field.floatValue.extend(np.asarray(values, np.float32).reshape(-1).tolist())
        field.isUpdatable = True
    network.layers[-1].isUpdatable = True


def add_loss(specification: Any, options: HeadOptions) -> None:
    """Add what follows the last convolution, the outputs, and how the network is trained."""
    network, outputs = specification.neuralNetwork, specification.description.output
    _add(network, "span_head__flatten", "flatten", "logits", SCORES)
    _add(network, "span_head__softmax", "softmax", SCORES, PROBABILITIES)
    for name in (SCORES, PROBABILITIES):
        kind = outputs.add(name=name).type.multiArrayType
        kind.dataType = kind.FLOAT32
    update = network.updateParams
    loss = update.lossLayers.add(name="span_head__loss").categoricalCrossEntropyLossLayer
    loss.input, loss.target = PROBABILITIES, POSITION
    adam = update.optimizer.adamOptimizer
    _number(adam.learningRate, options.learning_rate, 0.0, 0.1)
    _number(adam.beta1, 0.9, 0.0, 1.0)
    _number(adam.beta2, 0.999, 0.0, 1.0)
    _number(adam.eps, 1e-8, 0.0, 1.0)
    _integer(adam.miniBatchSize, options.mini_batch_size, 512)
    _integer(update.epochs, options.epochs, 1000)
    update.shuffle.defaultValue = True
    update.seed.defaultValue = options.seed


def _deeper(matrix: NDArray[np.float32], options: HeadOptions) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the two layers of a deeper head with the same output.

    For any x, relu(x) - relu(-x) = x: two units carry each score through the ReLU, and the others, random, weigh
    nothing yet.
    """
    carried = np.concatenate([matrix, -matrix])
    random = np.random.default_rng(options.seed).normal(0, _SPREAD, (options.units, matrix.shape[1]))
    random[:, -2:] = 0  # the masks' channels
    first = np.concatenate([carried, random.astype(np.float32)])
    second = np.zeros((2, len(first)), np.float32)
    second[:, :2], second[:, 2:4] = np.eye(2), -np.eye(2)
    return first, second


def _passing_masks(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let the start's mask through to the start's scores, and the end's to the end's.

    The gradients of these weights are 0: where a mask is not 0 the probability is. The weights across see a mask that
    is the same for all tokens, which no softmax notices; their gradients are 0 but for rounding. So the masks are small
    and the weights large: what rounding adds up to stays far below what blocks.
    """
    return np.concatenate([matrix, -BLOCKED * np.eye(2, dtype=np.float32)], axis=1, dtype=np.float32)


def _add(network: Any, name: str, kind: str, source: str, target: str) -> Any:
    layer = network.layers.add(name=name, input=[source], output=[target])
    getattr(layer, kind).SetInParent()
    return getattr(layer, kind)


def _ranged_array(features: Any, name: str, channels: int, longest: int) -> None:
    kind = features.add(name=name).type.multiArrayType
    kind.dataType = kind.FLOAT32
    kind.shape.extend([channels, 1, longest])
    for low, high in ((channels, channels), (1, 1), (1, longest)):
        kind.shapeRange.sizeRanges.add(lowerBound=low, upperBound=high)


def _add_target(specification: Any) -> None:
    kind = specification.description.trainingInput.add(name=POSITION).type.multiArrayType
    kind.dataType = kind.INT32
    kind.shape.append(1)


def _number(parameter: Any, default: float, low: float, high: float) -> None:
    parameter.defaultValue = default
    parameter.range.minValue, parameter.range.maxValue = low, high


def _integer(parameter: Any, default: int, high: int) -> None:
    parameter.defaultValue = default
    parameter.range.minValue, parameter.range.maxValue = 1, high
