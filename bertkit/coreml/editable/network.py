"""Makes a network updatable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from bertkit.coreml.editable.optimizers import Adam, Sgd
from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.network_floats import write_floats
from bertkit.coreml.validate import check
from bertkit.errors import InputError, ModelError

_CAN_LEARN = ("convolution", "innerProduct")
_LEAST_VERSION = 4


def make_updatable(
    specification: Any,
    layers: Sequence[str],
    *,
    loss: Literal["cross_entropy", "squared_error"] = "cross_entropy",
    loss_input: str | None = None,
    target_shape: Sequence[int] | None = None,
    optimizer: Sgd | Adam | None = None,
    epochs: int = 10,
    shuffle: bool = True,
    seed: int = 0,
) -> Any:
    """Return a copy of a network that can be trained where it runs.

    Its training inputs are its inputs and the target: of a classifier the label, else `<loss input>_true`. float16
    weights of the layers are stored as float32, which changes no value.

    Args:
        specification: `Model_pb2.Model`, a neural network, classifier or regressor.
        layers: names of the convolution and innerProduct layers whose weights may change.
        loss: `cross_entropy` of a softmax, or `squared_error` (its mean).
        loss_input: the blob that the loss is of; None takes the last softmax, or the first output.
        target_shape: of the squared error's target; None takes the shape that the output declares.
        optimizer: with the defaults that the file is to carry; None is `Sgd()`.
        epochs: default.
        shuffle: default.
        seed: default.

    Raises:
        InputError: a layer or the blob does not exist, or the target has no shape.
        ModelError: the result would break a rule of the specification; the message says which and where.
    """
    kind = specification.WhichOneof("Type")
    if kind not in NETWORKS:
        raise InputError(f"Only neural networks have layers that can be updated; the model is a {kind}.")
    made = type(specification)()
    made.CopyFrom(specification)
    made.isUpdatable = True
    made.specificationVersion = max(made.specificationVersion, _LEAST_VERSION)
    network = getattr(made, kind)
    for name in layers:
        _mark(network, name)
    network.ClearField("updateParams")
    update = network.updateParams
    (Sgd() if optimizer is None else optimizer).write(update)
    update.epochs.defaultValue, update.shuffle.defaultValue, update.seed.defaultValue = epochs, shuffle, seed
    _add_loss(made, network, loss, loss_input, target_shape)
    check(made)
    return made


def _mark(network: Any, name: str) -> None:
    found = next((layer for layer in network.layers if layer.name == name), None)
    kind = None if found is None else found.WhichOneof("layer")
    if kind not in _CAN_LEARN:
        able = [layer.name for layer in network.layers if layer.WhichOneof("layer") in _CAN_LEARN]
        what = "does not exist" if found is None else f"is of type {kind}, which cannot be updated"
        raise InputError(f'The layer "{name}" {what}. Layers that can: {", ".join(able) if able else "none"}.')
    content = getattr(found, kind)
    found.isUpdatable = True  # type: ignore[union-attr]
    for weights in (content.weights, content.bias) if content.hasBias else (content.weights,):
        if weights.float16Value:
            write_floats(weights, np.frombuffer(weights.float16Value, dtype="<f2").astype(np.float32))
            weights.ClearField("float16Value")
        weights.isUpdatable = True


def _add_loss(made: Any, network: Any, loss: str, blob: str | None, target_shape: Sequence[int] | None) -> None:
    description = made.description
    del description.trainingInput[:]
    description.trainingInput.extend(description.input)
    layer = network.updateParams.lossLayers.add(name="loss")
    if loss == "cross_entropy":
        message = layer.categoricalCrossEntropyLossLayer
        message.input = _softmax(network) if blob is None else blob
    else:
        message = layer.meanSquaredErrorLossLayer
        message.input = description.output[0].name if blob is None else blob
    message.target = f"{message.input}_true"
    label = next((out for out in description.output if out.name == description.predictedFeatureName), None)
    if made.WhichOneof("Type") == "neuralNetworkClassifier" and label is not None:
        description.trainingInput.add().CopyFrom(label)
        return
    target = description.trainingInput.add(name=message.target).type.multiArrayType
    if loss == "cross_entropy":
        target.shape.append(1)
        target.dataType = target.INT32
    else:
        target.shape.extend(_target_shape(description, message.input, target_shape))
        target.dataType = target.DOUBLE


def _softmax(network: Any) -> str:
    found = [layer.output[0] for layer in network.layers if layer.WhichOneof("layer") == "softmax"]
    if not found:
        raise ModelError(
            "Cross-entropy must be of the output of a softmax layer, and the network has none. Add one, or use the "
            "squared error."
        )
    return str(found[-1])


def _target_shape(description: Any, blob: str, given: Sequence[int] | None) -> Sequence[int]:
    if given is not None:
        return given
    for feature in description.output:
        if feature.name == blob and feature.type.multiArrayType.shape:
            return list(feature.type.multiArrayType.shape)
    raise InputError(f'The model declares no shape for "{blob}". Pass target_shape, that of the target.')
