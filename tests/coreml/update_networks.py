"""Small updatable networks, and the same networks as plain torch code: the reference that training is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import validate_models as models
from torch import Tensor
from torch.nn import functional

from bertkit.coreml import proto

CLASSES = ("apple", "pear", "plum", "fig", "lime")


@dataclass(frozen=True)
class Recipe:
    """A network over [channels, height, width].

    Attributes:
        shape: of the input.
        layers: kinds with their numbers: `("conv", out, kernel, updatable)`, `("dense", out, updatable)`,
            `("pool", "MAX")`, `("batchnorm",)`, `("relu",)`, `("sigmoid",)`, `("tanh",)`, `("flatten",)`.
        loss: `cross_entropy` or `squared_error`.
        labels: make it a classifier.
        seed: of its weights.
    """

    shape: tuple[int, int, int]
    layers: tuple[tuple[Any, ...], ...]
    loss: str = "cross_entropy"
    labels: bool = False
    seed: int = 0


@dataclass
class Built:
    """A network as a specification and as a function of torch tensors.

    Attributes:
        specification: `Model_pb2.Model`.
        weights: name (`layer.weights`, `layer.biases`) to a leaf tensor.
        trained: those names that are updatable.
        outputs: how many values the network returns.
    """

    recipe: Recipe
    specification: Any
    weights: dict[str, Tensor]
    trained: list[str]
    outputs: int

    def scores(self, x: Tensor) -> Tensor:
        """Compute a batch: [examples, channels, height, width] to [examples, outputs], softmax left out."""
        for position, (kind, *numbers) in enumerate(self.recipe.layers):
            name = f"layer_{position}"
            if kind == "conv":
                x = functional.conv2d(x, self.weights[f"{name}.weights"], self.weights[f"{name}.biases"])
            elif kind == "dense":
                flat = functional.linear(x.flatten(1), self.weights[f"{name}.weights"], self.weights[f"{name}.biases"])
                x = flat[:, :, None, None]
            elif kind == "pool":
                x = _pooled(x, numbers[0])
            elif kind == "batchnorm":
                gamma, beta, mean, variance = (self.weights[f"{name}.{part}"] for part in _STATISTICS)
                x = functional.batch_norm(x, mean, variance, gamma, beta, training=False, eps=1e-5)
            elif kind == "flatten":
                x = x.flatten(1)[:, :, None, None]
            else:
                x = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[kind](x)
        return x.flatten(1)


_STATISTICS = ("gamma", "beta", "mean", "variance")


def _pooled(x: Tensor, kind: str) -> Tensor:
    if kind == "MAX":
        return functional.max_pool2d(x, 2, 1)
    if kind == "AVERAGE":
        return functional.avg_pool2d(x, 2, 1)
    return torch.sqrt(functional.avg_pool2d(x.square(), 2, 1) * 4)


def build(recipe: Recipe, optimizer: str = "sgdOptimizer", batch: int = 4, **values: float) -> Built:
    """Write the specification of a recipe with random weights.

    Args:
        recipe: what to build.
        optimizer: `sgdOptimizer` or `adamOptimizer`.
        batch: mini-batch size.
        values: `learningRate`, `momentum` and so on; and `epochs`.
    """
    made = models.model()
    made.isUpdatable = True
    network = made.neuralNetworkClassifier if recipe.labels else made.neuralNetwork
    rng = np.random.default_rng(recipe.seed)
    weights: dict[str, Tensor] = {}
    trained: list[str] = []
    shape, blob = recipe.shape, "x"
    models.array(made.description.input, "x", recipe.shape)
    models.array(made.description.trainingInput, "x", recipe.shape)
    for position, layer in enumerate(recipe.layers):
        name, source = f"layer_{position}", blob
        blob = f"blob_{position}"
        shape = _add(network, name, layer, (source, blob), shape, rng, weights, trained)
    outputs = int(np.prod(shape))
    _finish(made, network, recipe, blob, shape)
    _optimize(network, optimizer, batch, values)
    return Built(recipe, made, weights, trained, outputs)


def _add(
    network: Any, name: str, layer: Sequence[Any], blobs: tuple[str, str], shape: tuple[int, int, int],
    rng: np.random.Generator, weights: dict[str, Tensor], trained: list[str],
) -> tuple[int, int, int]:  # fmt: skip
    kind, *numbers = layer
    channels, height, width = shape
    if kind in ("conv", "dense"):
        out, updatable = numbers[0], numbers[-1]
        if kind == "conv":
            size = numbers[1]
            content = models.layer(network, name, "convolution", [blobs[0]], [blobs[1]])
            content.kernelChannels, content.outputChannels, content.nGroups = channels, out, 1
            content.kernelSize.extend([size, size])
            content.valid.SetInParent()
            stored, after = (out, channels, size, size), (out, height - size + 1, width - size + 1)
        else:
            content = models.layer(network, name, "innerProduct", [blobs[0]], [blobs[1]])
            content.inputChannels, content.outputChannels = channels * height * width, out
            stored, after = (out, channels * height * width), (out, 1, 1)
        content.hasBias = True
        for part, field, size_ in (("weights", content.weights, stored), ("biases", content.bias, (out,))):
            _store(field, rng.normal(0, 0.3, size_), f"{name}.{part}", weights, updatable)
            trained.extend([f"{name}.{part}"] * updatable)
        network.layers[-1].isUpdatable = updatable
        return after
    if kind == "pool":
        content = models.layer(network, name, "pooling", [blobs[0]], [blobs[1]])
        content.type = {"MAX": 0, "AVERAGE": 1, "L2": 2}[numbers[0]]
        content.kernelSize.extend([2, 2])
        content.stride.extend([1, 1])
        content.valid.SetInParent()
        return channels, height - 1, width - 1
    if kind == "batchnorm":
        content = models.layer(network, name, "batchnorm", [blobs[0]], [blobs[1]])
        content.channels, content.epsilon = channels, 1e-5
        for part in _STATISTICS:
            _store(getattr(content, part), rng.uniform(0.5, 1.5, channels), f"{name}.{part}", weights, False)
        return shape
    if kind == "flatten":
        models.layer(network, name, "flatten", [blobs[0]], [blobs[1]])
        return channels * height * width, 1, 1
    content = models.layer(network, name, "activation", [blobs[0]], [blobs[1]])
    getattr(content, {"relu": "ReLU"}.get(kind, kind)).SetInParent()
    return shape


def _store(field: Any, values: Any, name: str, weights: dict[str, Tensor], updatable: bool) -> None:
    array = np.asarray(values, dtype=np.float32)
    field.floatValue.extend(array.reshape(-1).tolist())
    field.isUpdatable = updatable
    weights[name] = torch.from_numpy(array.copy()).requires_grad_(updatable)


def _finish(made: Any, network: Any, recipe: Recipe, blob: str, shape: tuple[int, int, int]) -> None:
    description = made.description
    if recipe.loss == "squared_error":
        loss = network.updateParams.lossLayers.add(name="loss").meanSquaredErrorLossLayer
        loss.input, loss.target = blob, "y_true"
        models.array(description.output, blob)
        models.array(description.trainingInput, "y_true", shape, "DOUBLE")
        return
    models.layer(network, "softmax", "softmax", [blob], ["y"])
    if not recipe.labels:
        models.array(description.output, "y")
        models.cross_entropy(made, network, "y")
        return
    network.stringClassLabels.vector.extend(CLASSES[: int(np.prod(shape))])
    network.labelProbabilityLayerName = "y"
    models.scalar(description.output, "fruit", "stringType")
    description.output.add(name="y").type.dictionaryType.stringKeyType.SetInParent()
    description.predictedFeatureName, description.predictedProbabilitiesName = "fruit", "y"
    models.scalar(description.trainingInput, "fruit", "stringType")
    loss = network.updateParams.lossLayers.add(name="loss").categoricalCrossEntropyLossLayer
    loss.input, loss.target = "y", "y_true"


def _optimize(network: Any, optimizer: str, batch: int, values: dict[str, float]) -> None:
    parameters = models.optimize(network, optimizer)
    parameters.miniBatchSize.Clear()
    parameters.miniBatchSize.defaultValue = batch
    network.updateParams.epochs.defaultValue = int(values.pop("epochs", 3))
    for name, value in values.items():
        getattr(parameters, name).defaultValue = value


def examples_for(built: Built, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return random examples of a network."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        row: dict[str, Any] = {"x": rng.normal(size=built.recipe.shape).astype(np.float32)}
        if built.recipe.loss == "squared_error":
            training = built.specification.description.trainingInput[1].type.multiArrayType
            row["y_true"] = rng.normal(size=tuple(training.shape))
        elif built.recipe.labels:
            row["fruit"] = CLASSES[int(rng.integers(built.outputs))]
        else:
            row["y_true"] = np.asarray([rng.integers(built.outputs)], dtype=np.int32)
        rows.append(row)
    return rows


def reference(built: Built, rows: Sequence[dict[str, Any]], optimizer: str, batch: int, epochs: int, **values: float):
    """Train the torch twin with torch.optim in the order of the examples, and return the loss of each epoch."""
    leaves = [built.weights[name] for name in built.trained]
    if optimizer == "sgdOptimizer":
        descent: torch.optim.Optimizer = torch.optim.SGD(leaves, values["learningRate"], values.get("momentum", 0.0))
    else:
        betas = (values["beta1"], values["beta2"])
        descent = torch.optim.Adam(leaves, values["learningRate"], betas, values["eps"])
    curve = []
    for _ in range(epochs):
        total = 0.0
        for first in range(0, len(rows), batch):
            chosen = rows[first : first + batch]
            scores = built.scores(torch.from_numpy(np.stack([row["x"] for row in chosen])))
            loss = _loss(built, scores, chosen)
            descent.zero_grad()
            loss.backward()
            descent.step()
            total += float(loss.detach()) * len(chosen)
        curve.append(total / len(rows))
    return curve


def _loss(built: Built, scores: Tensor, rows: Sequence[dict[str, Any]]) -> Tensor:
    if built.recipe.loss == "squared_error":
        targets = torch.from_numpy(np.stack([row["y_true"].reshape(-1) for row in rows]).astype(np.float32))
        return functional.mse_loss(scores, targets)
    if built.recipe.labels:
        indices = [CLASSES.index(row["fruit"]) for row in rows]
    else:
        indices = [int(row["y_true"][0]) for row in rows]
    return functional.nll_loss(torch.log(torch.softmax(scores, 1)), torch.tensor(indices))


def specification_of(content: bytes) -> Any:
    """Parse a specification, so that a test may change it without changing another's."""
    return proto.model_pb2().Model.FromString(content)
