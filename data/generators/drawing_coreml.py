"""The drawing model as a Core ML file: the trained network, frozen, and the classifier that learns, in one pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from drawing_network import DIMENSIONS, SIZE
from torch import nn

from bertkit.coreml import proto

INPUT, EMBEDDING, LABEL, CHANCES = "drawing", "embedding", "label", "labelProbs"
UNKNOWN = "unknown"
_VERSION = 4  # the first with updatable models


def pipeline(network: nn.Sequential, samples: Mapping[str, Sequence[np.ndarray]], neighbors: int) -> Any:
    """Return the specification.

    Args:
        network: from `drawing_network.make_network`, trained.
        samples: of each label that is known from the start, vectors of length `DIMENSIONS`.
        neighbors: how many vote.
    """
    made = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    description = made.description
    for features in (description.input, description.trainingInput):
        _image(features.add(name=INPUT, shortDescription="White strokes on black, as rasterize draws them."))
    _label_features(description)
    description.trainingInput.add(name=LABEL, shortDescription="What it shows.").type.stringType.SetInParent()
    made.pipelineClassifier.pipeline.models.extend([embedding_model(network), classifier(samples, neighbors)])
    made.pipelineClassifier.pipeline.names.extend(["embedding", "neighbors"])
    return made


def embedding_model(network: nn.Sequential) -> Any:
    """Return the network as a NeuralNetwork with float16 weights; batch normalization becomes part of the weights."""
    made = proto.model_pb2().Model(specificationVersion=_VERSION)
    _image(made.description.input.add(name=INPUT))
    _vector(made.description.output.add(name=EMBEDDING))
    step = made.neuralNetwork.preprocessing.add(featureName=INPUT)
    step.scaler.channelScale = 1 / 255
    blob, block = INPUT, 0
    modules = list(network)
    for position, module in enumerate(modules):
        out = f"blob_{position}"
        if isinstance(module, nn.Conv2d):
            block += 1
            _convolution(made.neuralNetwork, f"block_{block}__convolution", module, modules[position + 1], blob, out)
        elif isinstance(module, nn.ReLU):
            _layer(made.neuralNetwork, f"block_{block}__relu", "activation", blob, out).ReLU.SetInParent()
        elif isinstance(module, nn.MaxPool2d):
            _pooling(_layer(made.neuralNetwork, f"block_{block}__pooling", "pooling", blob, out))
        elif isinstance(module, nn.Flatten):
            _layer(made.neuralNetwork, "head__flatten", "flatten", blob, out)
        elif isinstance(module, nn.Linear):
            _dense(_layer(made.neuralNetwork, "head__dense", "innerProduct", blob, out), module)
        elif position == len(modules) - 1:
            out = EMBEDDING
            _layer(made.neuralNetwork, "head__normalize", "l2normalize", blob, out).epsilon = 1e-12
        else:
            continue  # batch normalization is in the convolution, dropout is for training
        blob = out
    return made


def classifier(samples: Mapping[str, Sequence[np.ndarray]], neighbors: int) -> Any:
    """Return an updatable nearest-neighbor classifier of strings."""
    made = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    description, content = made.description, made.kNearestNeighborsClassifier
    for features in (description.input, description.trainingInput):
        _vector(features.add(name=EMBEDDING))
    _label_features(description)
    description.trainingInput.add(name=LABEL).type.stringType.SetInParent()
    content.numberOfNeighbors.defaultValue = neighbors
    content.numberOfNeighbors.range.minValue, content.numberOfNeighbors.range.maxValue = 1, 1000
    content.inverseDistanceWeighting.SetInParent()
    content.stringClassLabels.SetInParent()
    content.defaultStringLabel = UNKNOWN
    index = content.nearestNeighborsIndex
    index.numberOfDimensions = DIMENSIONS
    index.linearIndex.SetInParent()
    index.squaredEuclideanDistance.SetInParent()
    for label, vectors in samples.items():
        for vector in vectors:
            index.floatSamples.add(vector=np.asarray(vector, np.float32).tolist())
            content.stringClassLabels.vector.append(label)
    return made


def _image(feature: Any) -> None:
    image = feature.type.imageType
    image.width = image.height = SIZE
    image.colorSpace = type(image).GRAYSCALE


def _vector(feature: Any) -> None:
    array = feature.type.multiArrayType
    array.shape.append(DIMENSIONS)
    array.dataType = type(array).FLOAT32


def _label_features(description: Any) -> None:
    description.output.add(name=LABEL, shortDescription="The most likely emoji.").type.stringType.SetInParent()
    chances = description.output.add(name=CHANCES, shortDescription="The share of the votes of every emoji.")
    chances.type.dictionaryType.stringKeyType.SetInParent()
    description.predictedFeatureName, description.predictedProbabilitiesName = LABEL, CHANCES


def _layer(network: Any, name: str, kind: str, blob: str, out: str) -> Any:
    layer = network.layers.add(name=name, input=[blob], output=[out])
    content = getattr(layer, kind)
    content.SetInParent()
    return content


def _convolution(network: Any, name: str, module: nn.Conv2d, norm: Any, blob: str, out: str) -> None:
    content = _layer(network, name, "convolution", blob, out)
    content.outputChannels, content.kernelChannels, content.nGroups = module.out_channels, module.in_channels, 1
    content.kernelSize.extend(module.kernel_size)
    content.stride.extend(module.stride)
    amounts = content.valid.paddingAmounts
    for padding in module.padding:
        amounts.borderAmounts.add(startEdgeSize=padding, endEdgeSize=padding)
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    _store(content.weights, module.weight * scale[:, None, None, None])
    content.hasBias = True
    _store(content.bias, norm.bias - norm.running_mean * scale)


def _pooling(content: Any) -> None:
    content.type = type(content).MAX
    content.kernelSize.extend([2, 2])
    content.stride.extend([2, 2])
    content.valid.SetInParent()


def _dense(content: Any, module: nn.Linear) -> None:
    content.inputChannels, content.outputChannels, content.hasBias = module.in_features, module.out_features, True
    _store(content.weights, module.weight)
    _store(content.bias, module.bias)


def _store(message: Any, values: torch.Tensor) -> None:
    message.float16Value = values.detach().numpy().astype("<f2").tobytes()
