"""The drawing model as a Core ML file: the trained networks, frozen, and the classifier that learns: one pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from drawing_network import SIZE, Normalize
from torch import nn

from bertkit.coreml import proto

INPUT, EMBEDDING, LABEL, CHANCES = "drawing", "embedding", "label", "labelProbs"
UNKNOWN = "unknown"
_VERSION = 4  # the first with updatable models
_EXACT_ARRAYS, _RANK_4_IMAGES = 1, 1  # of the enums of shape mappings: blobs are [batch, channels, height, width]
_EPSILON = 1e-12


def pipeline(networks: Sequence[nn.Sequential], samples: Mapping[str, np.ndarray], neighbors: int) -> Any:
    """Return the specification.

    Args:
        networks: from `drawing_network.make_network`, trained.
        samples: of each label that is known from the start, from `drawing_network.embed`: [samples, dimensions].
        neighbors: how many vote.
    """
    dimensions = next(iter(samples.values())).shape[1]
    made = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    description = made.description
    for features in (description.input, description.trainingInput):
        _image(features.add(name=INPUT, shortDescription="White strokes on black, as rasterize draws them."))
    _label_features(description)
    description.trainingInput.add(name=LABEL, shortDescription="What it shows.").type.stringType.SetInParent()
    made.pipelineClassifier.pipeline.models.extend(
        [embedding_model(networks, dimensions), classifier(samples, dimensions, neighbors)]
    )
    made.pipelineClassifier.pipeline.names.extend(["embedding", "neighbors"])
    return made


def embedding_model(networks: Sequence[nn.Sequential], dimensions: int) -> Any:
    """Return `drawing_network.embed` as a NeuralNetwork with weights of 8 bits.

    The drawing and its mirror image go through the convolutions as a batch of two, so that the weights are there once.
    """
    made = proto.model_pb2().Model(specificationVersion=_VERSION)
    _image(made.description.input.add(name=INPUT))
    _vector(made.description.output.add(name=EMBEDDING), dimensions)
    content = made.neuralNetwork
    content.arrayInputShapeMapping, content.imageInputShapeMapping = _EXACT_ARRAYS, _RANK_4_IMAGES
    content.preprocessing.add(featureName=INPUT).scaler.channelScale = 1 / 255
    mirror = _layer(content, "mirror__reverse", "reverse", [INPUT], "mirror_image")
    mirror.reverseDim.extend([False, False, False, True])
    _layer(content, "mirror__concat", "concatND", [INPUT, "mirror_image"], "both").axis = 0
    found = [_network(content, f"network_{number}", each) for number, each in enumerate(networks, 1)]
    _layer(content, "head__concat", "concatND", found, "joined").axis = 1
    _layer(content, "head__normalize", "l2normalize", ["joined"], "unit").epsilon = _EPSILON
    _layer(content, "head__squeeze", "squeeze", ["unit"], EMBEDDING).squeezeAll = True
    return made


def _network(content: Any, name: str, network: nn.Sequential) -> str:
    """Add the layers of one network, and return the blob that they end in; batch normalization is in the weights."""
    modules, blob, block = list(network), "both", 0
    for position, module in enumerate(modules):
        out = f"{name}_blob_{position}"
        if isinstance(module, nn.Conv2d):
            block += 1
            convolution = _layer(content, f"{name}__block_{block}__convolution", "convolution", [blob], out)
            _convolution(convolution, module, modules[position + 1])
        elif isinstance(module, nn.ReLU):
            _layer(content, f"{name}__block_{block}__relu", "activation", [blob], out).ReLU.SetInParent()
        elif isinstance(module, nn.MaxPool2d):
            _pooling(_layer(content, f"{name}__block_{block}__pooling", "pooling", [blob], out))
        elif isinstance(module, nn.Flatten):
            mean = _layer(content, f"{name}__mean", "reduceMean", [blob], f"{name}_mean")
            mean.axes.append(0)
            mean.keepDims = True
            _layer(content, f"{name}__flatten", "flatten", [f"{name}_mean"], out)
        elif isinstance(module, nn.Linear):
            _dense(_layer(content, f"{name}__dense", "innerProduct", [blob], out), module)
        elif isinstance(module, Normalize):
            _layer(content, f"{name}__normalize", "l2normalize", [blob], out).epsilon = _EPSILON
        else:
            continue  # batch normalization and dropout
        blob = out
    return blob


def classifier(samples: Mapping[str, np.ndarray], dimensions: int, neighbors: int) -> Any:
    """Return an updatable nearest-neighbor classifier of strings."""
    made = proto.model_pb2().Model(specificationVersion=_VERSION, isUpdatable=True)
    description, content = made.description, made.kNearestNeighborsClassifier
    for features in (description.input, description.trainingInput):
        _vector(features.add(name=EMBEDDING), dimensions)
    _label_features(description)
    description.trainingInput.add(name=LABEL).type.stringType.SetInParent()
    content.numberOfNeighbors.defaultValue = neighbors
    content.numberOfNeighbors.range.minValue, content.numberOfNeighbors.range.maxValue = 1, 1000
    content.inverseDistanceWeighting.SetInParent()
    content.stringClassLabels.SetInParent()
    content.defaultStringLabel = UNKNOWN
    index = content.nearestNeighborsIndex
    index.numberOfDimensions = dimensions
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


def _vector(feature: Any, dimensions: int) -> None:
    array = feature.type.multiArrayType
    array.shape.append(dimensions)
    array.dataType = type(array).FLOAT32


def _label_features(description: Any) -> None:
    description.output.add(name=LABEL, shortDescription="The most likely emoji.").type.stringType.SetInParent()
    chances = description.output.add(name=CHANCES, shortDescription="The share of the votes of every emoji.")
    chances.type.dictionaryType.stringKeyType.SetInParent()
    description.predictedFeatureName, description.predictedProbabilitiesName = LABEL, CHANCES


def _layer(network: Any, name: str, kind: str, blobs: list[str], out: str) -> Any:
    layer = network.layers.add(name=name, input=blobs, output=[out])
    content = getattr(layer, kind)
    content.SetInParent()
    return content


def _convolution(content: Any, module: nn.Conv2d, norm: Any) -> None:
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
    """Store a matrix in 8 bits with a scale and a bias for each row, all else in float16."""
    if values.ndim == 1:
        message.float16Value = values.detach().numpy().astype("<f2").tobytes()
        return
    rows = values.detach().flatten(1).numpy()
    least = rows.min(axis=1, keepdims=True)
    scales = (rows.max(axis=1, keepdims=True) - least) / 255
    message.rawValue = np.rint((rows - least) / scales).astype(np.uint8).tobytes()
    message.quantization.numberOfBits = 8
    message.quantization.linearQuantization.scale.extend(scales.ravel().tolist())
    message.quantization.linearQuantization.bias.extend(least.ravel().tolist())
