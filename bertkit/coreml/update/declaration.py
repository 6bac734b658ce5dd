"""What an updatable network declares: its loss, its optimizer, and which weights may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bertkit.coreml.classes import Label, labels_of
from bertkit.coreml.parameter_keys import ParameterKey

CROSS_ENTROPY = "categoricalCrossEntropyLossLayer"
SGD = "sgdOptimizer"
_KEYS = {"weights": ParameterKey.WEIGHTS, "bias": ParameterKey.BIASES}


@dataclass(frozen=True)
class NetworkDeclaration:
    """How a network is trained.

    Attributes:
        loss: `categoricalCrossEntropyLossLayer` or `meanSquaredErrorLossLayer`.
        loss_input: the blob that the loss is of.
        target: the training input that it is compared with; of a classifier its label, where that is trained with.
        optimizer: `sgdOptimizer` or `adamOptimizer`.
        weights: each array that may change, to its layer and field.
        labels: of a classifier, in the order of the probabilities; else empty.
    """

    loss: str
    loss_input: str
    target: str
    optimizer: str
    weights: Mapping[ParameterKey, tuple[str, str]]
    labels: tuple[Label, ...]

    @classmethod
    def of(cls, specification: Any) -> NetworkDeclaration:
        """Read it from a valid updatable `Model_pb2.Model` that is a network, classifier or regressor."""
        network = getattr(specification, specification.WhichOneof("Type"))
        layer = network.updateParams.lossLayers[0]
        kind = layer.WhichOneof("LossLayerType")
        loss = getattr(layer, kind)
        given = {feature.name for feature in specification.description.trainingInput}
        label = specification.description.predictedFeatureName
        labels = labels_of(network)
        return cls(
            loss=kind,
            loss_input=loss.input,
            target=label if labels and label in given else loss.target,
            optimizer=network.updateParams.optimizer.WhichOneof("OptimizerType"),
            weights=_updatable_weights(network),
            labels=labels if label in given else (),
        )


def weight_messages(network: Any) -> dict[ParameterKey, Any]:
    """Return the `WeightParams` messages of a network that may change."""
    messages = {layer.name: getattr(layer, layer.WhichOneof("layer")) for layer in network.layers}
    return {key: getattr(messages[name], field) for key, (name, field) in _updatable_weights(network).items()}


def _updatable_weights(network: Any) -> dict[ParameterKey, tuple[str, str]]:
    found = {}
    for layer in network.layers:
        if not layer.isUpdatable:
            continue
        content = getattr(layer, layer.WhichOneof("layer"))
        fields = ("weights", "bias") if content.hasBias else ("weights",)
        found.update({_KEYS[field].scoped(layer.name): (layer.name, field) for field in fields})
    return found
