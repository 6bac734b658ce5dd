"""Models of every kind that validation is about, valid as they come; tests break them one rule at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bertkit.coreml import proto

HIDDEN, LENGTH = 32, 24
_EXACT = 1


def model(version: int = 4) -> Any:
    """Return an empty `Model_pb2.Model`."""
    return proto.model_pb2().Model(specificationVersion=version)


def array(features: Any, name: str, shape: Sequence[int] = (), dtype: str = "FLOAT32") -> Any:
    """Add a multi-array to inputs, outputs or training inputs and return its type."""
    feature = features.add(name=name)
    kind = feature.type.multiArrayType
    kind.dataType = getattr(kind, dtype)
    kind.shape.extend(shape)
    return kind


def scalar(features: Any, name: str, kind: str) -> None:
    """Add a feature of a type without parameters, such as `int64Type`."""
    getattr(features.add(name=name).type, kind).SetInParent()


def layer(network: Any, name: str, kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> Any:
    """Add a layer to a network and return the message of its type."""
    added = network.layers.add(name=name, input=inputs, output=outputs)
    getattr(added, kind).SetInParent()
    return getattr(added, kind)


def fill(weights: Any, count: int, updatable: bool = False) -> None:
    """Store numbers as float32."""
    weights.floatValue.extend([0.5] * count)
    weights.isUpdatable = updatable


def inner_product(
    network: Any,
    name: str,
    source: str,
    target: str,
    sizes: tuple[int, int],
    updatable: bool = False,
    bias: bool = True,
) -> Any:
    """Add an innerProduct layer of `sizes` (in, out) and return it."""
    content = layer(network, name, "innerProduct", [source], [target])
    content.inputChannels, content.outputChannels = sizes
    fill(content.weights, sizes[0] * sizes[1], updatable)
    content.hasBias = bias
    if bias:
        fill(content.bias, sizes[1], updatable)
    network.layers[-1].isUpdatable = updatable
    return content


def convolution(
    network: Any, name: str, source: str, target: str, channels: tuple[int, int], updatable: bool = False
) -> Any:
    """Add a 1x1 convolution of `channels` (in, out) and return it."""
    content = layer(network, name, "convolution", [source], [target])
    content.kernelChannels, content.outputChannels = channels
    content.kernelSize.extend([1, 1])
    content.valid.SetInParent()
    fill(content.weights, channels[0] * channels[1], updatable)
    content.hasBias = True
    fill(content.bias, channels[1], updatable)
    network.layers[-1].isUpdatable = updatable
    return content


def optimize(network: Any, optimizer: str = "sgdOptimizer") -> Any:
    """Set epochs and an optimizer with all its parameters, and return it."""
    network.updateParams.epochs.defaultValue = 3
    parameters = getattr(network.updateParams.optimizer, optimizer)
    defaults = {"learningRate": 0.1, "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    for name, value in defaults.items():
        if name in parameters.DESCRIPTOR.fields_by_name:
            parameter = getattr(parameters, name)
            parameter.defaultValue = value
            parameter.range.minValue, parameter.range.maxValue = 0.0, 1.0
    parameters.miniBatchSize.defaultValue = 8
    parameters.miniBatchSize.set.values.extend([4, 8])
    return parameters


def cross_entropy(specification: Any, network: Any, blob: str) -> None:
    """Add the loss of a span head: a target position among the training inputs."""
    loss = network.updateParams.lossLayers.add(name="loss").categoricalCrossEntropyLossLayer
    loss.input, loss.target = blob, f"{blob}_true"
    array(specification.description.trainingInput, f"{blob}_true", [1], "INT32")


def span_head(channels: int = HIDDEN + 1, optimizer: str = "sgdOptimizer") -> Any:
    """Return the recommended updatable head: features [channels, 1, LENGTH] to probabilities of a position."""
    made = model()
    made.isUpdatable = True
    description, network = made.description, made.neuralNetwork
    array(description.input, "features", [channels, 1, LENGTH])
    array(description.output, "start")
    array(description.trainingInput, "features", [channels, 1, LENGTH])
    convolution(network, "dense", "features", "scores", (channels, 1), updatable=True)
    layer(network, "flatten", "flatten", ["scores"], ["flat"])
    layer(network, "softmax", "softmax", ["flat"], ["start"])
    cross_entropy(made, network, "start")
    optimize(network, optimizer)
    return made


def exact_head() -> Any:
    """Return an updatable head over hidden states [1, LENGTH, HIDDEN], with exact shapes."""
    made = model()
    made.isUpdatable = True
    description, network = made.description, made.neuralNetwork
    network.arrayInputShapeMapping = _EXACT
    array(description.input, "hidden", [1, LENGTH, HIDDEN])
    array(description.output, "start")
    array(description.trainingInput, "hidden", [1, LENGTH, HIDDEN])
    inner_product(network, "dense", "hidden", "scores", (HIDDEN, 1), updatable=True)
    layer(network, "flatten", "flatten", ["scores"], ["flat"])
    layer(network, "softmax", "softmax", ["flat"], ["start"])
    cross_entropy(made, network, "start")
    optimize(network)
    return made


def classifier_head(labels: str = "int64ClassLabels") -> Any:
    """Return an updatable head that predicts a position as a label."""
    made = model()
    made.isUpdatable = True
    description, network = made.description, made.neuralNetworkClassifier
    label_type = "int64Type" if labels == "int64ClassLabels" else "stringType"
    values = range(LENGTH) if labels == "int64ClassLabels" else [str(position) for position in range(LENGTH)]
    getattr(network, labels).vector.extend(values)
    network.labelProbabilityLayerName = "start"
    array(description.input, "features", [HIDDEN + 1, 1, LENGTH])
    scalar(description.output, "position", label_type)
    scalar(description.output, "start", "dictionaryType")
    getattr(description.output[1].type.dictionaryType, label_type.replace("Type", "KeyType")).SetInParent()
    description.predictedFeatureName, description.predictedProbabilitiesName = "position", "start"
    array(description.trainingInput, "features", [HIDDEN + 1, 1, LENGTH])
    scalar(description.trainingInput, "position", label_type)
    convolution(network, "dense", "features", "scores", (HIDDEN + 1, 1), updatable=True)
    layer(network, "flatten", "flatten", ["scores"], ["flat"])
    layer(network, "softmax", "softmax", ["flat"], ["start"])
    loss = network.updateParams.lossLayers.add(name="loss").categoricalCrossEntropyLossLayer
    loss.input, loss.target = "start", "start_true"
    optimize(network)
    return made


def squared_error_head(function: str = "sigmoid") -> Any:
    """Return an updatable head that learns both spans by mean squared error."""
    made = model()
    made.isUpdatable = True
    description, network = made.description, made.neuralNetwork
    network.arrayInputShapeMapping = _EXACT
    array(description.input, "hidden", [1, LENGTH, HIDDEN])
    array(description.output, "spans")
    array(description.trainingInput, "hidden", [1, LENGTH, HIDDEN])
    array(description.trainingInput, "spans_true", [1, LENGTH, 2], "DOUBLE")
    inner_product(network, "dense", "hidden", "scores", (HIDDEN, 2), updatable=True)
    getattr(layer(network, "squash", "activation", ["scores"], ["spans"]), function).SetInParent()
    loss = network.updateParams.lossLayers.add(name="loss").meanSquaredErrorLossLayer
    loss.input, loss.target = "spans", "spans_true"
    optimize(network)
    return made


def head_with(kind: str, *, function: str = "", inputs: int = 1) -> Any:
    """Return `exact_head` with a further layer between the updatable one and the softmax."""
    made = exact_head()
    network = made.neuralNetwork
    del network.layers[1:]
    content = layer(network, "between", kind, ["scores"] * inputs, ["flat"])
    if function:
        getattr(content, function).SetInParent()
    _fill_in(kind, content)
    layer(network, "softmax", "softmax", ["flat"], ["start"])
    return made


def _fill_in(kind: str, content: Any) -> None:
    """Give a layer the parameters that it requires."""
    if kind == "transpose":
        content.axes.extend([0, 2, 1])
    elif kind == "reshapeStatic":
        content.targetShape.extend([1, LENGTH, 1])
    elif kind == "squeeze":
        content.squeezeAll = True
    elif kind == "layerNormalization":
        content.normalizedShape.append(1)
        fill(content.gamma, 1)
        fill(content.beta, 1)
    elif kind == "pooling":
        content.valid.SetInParent()
    elif kind == "batchnorm":
        content.channels = 1
        for name in ("gamma", "beta", "mean", "variance"):
            fill(getattr(content, name), 1)
    elif kind == "embeddingND":
        content.vocabSize = content.embeddingSize = 1
        fill(content.weights, 1)


def whole_network() -> Any:
    """Return an encoder and an updatable head in one network; softmaxND, normalization and GELU stand upstream."""
    made = exact_head()
    network = made.neuralNetwork
    head = list(network.layers)
    del network.layers[:]
    norm = layer(network, "norm", "layerNormalization", ["hidden"], ["normal"])
    norm.normalizedShape.append(HIDDEN)
    fill(norm.gamma, HIDDEN)
    fill(norm.beta, HIDDEN)
    layer(network, "gelu", "gelu", ["normal"], ["active"])
    layer(network, "attention", "softmaxND", ["active"], ["attended"]).axis = -1
    head[0].input[0] = "attended"
    network.layers.extend(head)
    return made


def linked_encoder(shape: Sequence[int] = (HIDDEN + 1, 1, LENGTH)) -> Any:
    """Return a linked model: token ids to features."""
    made = model()
    array(made.description.input, "input_ids", [1, LENGTH], "INT32")
    array(made.description.output, "features", shape)
    made.linkedModel.linkedModelFile.linkedModelFileName.defaultValue = "encoder.mlpackage"
    return made


def linked_pipeline(names: Sequence[str] = ("encoder", "head")) -> Any:
    """Return an updatable pipeline of a linked encoder and a head."""
    made = model()
    made.isUpdatable = True
    array(made.description.input, "input_ids", [1, LENGTH], "INT32")
    array(made.description.output, "start")
    array(made.description.trainingInput, "input_ids", [1, LENGTH], "INT32")
    array(made.description.trainingInput, "start_true", [1], "INT32")
    made.pipeline.models.extend([linked_encoder(), span_head()])
    made.pipeline.names.extend(names)
    return made


def nested_pipeline() -> Any:
    """Return an updatable pipeline whose last model is one too."""
    inner = linked_pipeline()
    made = model()
    made.isUpdatable = True
    made.description.CopyFrom(inner.description)
    made.pipeline.models.extend([frozen_network("input_ids", "extra"), inner])
    return made


def frozen_network(source: str = "x", target: str = "y") -> Any:
    """Return a network that is not updatable: one innerProduct over [1, LENGTH] int32."""
    made = model()
    made.neuralNetwork.arrayInputShapeMapping = _EXACT
    array(made.description.input, source, [1, LENGTH], "INT32")
    array(made.description.output, target)
    inner_product(made.neuralNetwork, "dense", source, target, (LENGTH, 2))
    return made


def neighbors(samples: int = 2, dimensions: int = 4) -> Any:
    """Return an updatable nearest-neighbor classifier with string labels."""
    made = model()
    made.isUpdatable = True
    description, content = made.description, made.kNearestNeighborsClassifier
    array(description.input, "embedding", [dimensions])
    scalar(description.output, "label", "stringType")
    description.predictedFeatureName = "label"
    array(description.trainingInput, "embedding", [dimensions])
    scalar(description.trainingInput, "label", "stringType")
    content.numberOfNeighbors.defaultValue = 3
    content.numberOfNeighbors.range.minValue, content.numberOfNeighbors.range.maxValue = 1, 1000
    content.uniformWeighting.SetInParent()
    content.stringClassLabels.vector.extend(f"class {position}" for position in range(samples))
    content.defaultStringLabel = "unknown"
    index = content.nearestNeighborsIndex
    index.numberOfDimensions = dimensions
    index.linearIndex.SetInParent()
    index.squaredEuclideanDistance.SetInParent()
    for _ in range(samples):
        index.floatSamples.add(vector=[0.0] * dimensions)
    return made


def drawing_pipeline() -> Any:
    """Return an updatable pipeline of an embedding network and nearest neighbors."""
    made = model()
    made.isUpdatable = True
    description = made.description
    array(description.input, "x", [1, LENGTH], "INT32")
    scalar(description.output, "label", "stringType")
    description.predictedFeatureName = "label"
    array(description.trainingInput, "x", [1, LENGTH], "INT32")
    scalar(description.trainingInput, "label", "stringType")
    embedding = frozen_network("x", "embedding")
    embedding.description.output[0].type.multiArrayType.shape.extend([2])
    embedding.neuralNetwork.layers[0].output[0] = "row"
    layer(embedding.neuralNetwork, "squeeze", "squeeze", ["row"], ["embedding"]).axes.append(0)
    made.pipelineClassifier.pipeline.models.extend([embedding, neighbors(dimensions=2)])
    return made
