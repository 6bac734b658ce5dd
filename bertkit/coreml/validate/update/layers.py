"""Rules about what is updatable in a network, and about names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.network.weight_params import encoding_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

UPDATABLE_LAYERS = ("convolution", "innerProduct")
_LSTM = "uniDirectionalLSTM"


def updatable_layers(subject: Subject) -> Iterator[Any]:
    """Yield the layers that are marked as updatable."""
    return (layer for layer in subject.content.layers if layer.isUpdatable)


def _weights(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Yield weights and biases of the updatable layers."""
    for layer in updatable_layers(subject):
        kind = layer.WhichOneof("layer")
        if kind in UPDATABLE_LAYERS:
            content = getattr(layer, kind)
            yield f"layer {layer.name}/weights", content.weights
            if content.hasBias:
                yield f"layer {layer.name}/bias", content.bias


@rule("updatable-layer.none", *NETWORKS, of_updatable=True)
def some_layer_is_updatable(subject: Subject) -> Iterable[Finding]:
    """An updatable network has an updatable layer."""
    if not any(updatable_layers(subject)):
        able = [layer.name for layer in subject.content.layers if layer.WhichOneof("layer") in UPDATABLE_LAYERS]
        shown = ", ".join(f'"{name}"' for name in able[-3:])
        hint = f" The last ones that could be: {shown}." if able else " It has no layer that could be."
        yield "", f"None of the layers is marked as updatable; a convolution or innerProduct layer must be.{hint}"


@rule("updatable-layer.type", *NETWORKS, of_updatable=True)
def updatable_layers_can_learn(subject: Subject) -> Iterable[Finding]:
    """Only convolution and innerProduct layers can be updated."""
    for layer in updatable_layers(subject):
        kind = layer.WhichOneof("layer") or "none"
        if kind == _LSTM:
            yield (
                f"layer {layer.name}",
                "The layer is marked as updatable, but updates of recurrent layers fail on devices although Core ML's "
                "validator lets them pass. Mark a convolution or innerProduct layer instead.",
            )
        elif kind not in UPDATABLE_LAYERS:
            yield (
                f"layer {layer.name}",
                f"The layer is marked as updatable, but its type, {kind}, is neither convolution nor innerProduct.",
            )


@rule("updatable-layer.nested", *NETWORKS, of_updatable=True)
def updatable_layers_are_not_nested(subject: Subject) -> Iterable[Finding]:
    """Core ML looks for updatable layers outside of branches and loops only."""
    for step in subject.network.steps:
        if step.nested and step.layer.isUpdatable:
            yield step.where, "A layer inside a branch or a loop cannot be updatable."


@rule("updatable-layer.weights", *NETWORKS, of_updatable=True)
def weights_are_marked(subject: Subject) -> Iterable[Finding]:
    """An updatable layer's weights, and its bias, are marked as updatable too."""
    for place, weights in _weights(subject):
        if not weights.isUpdatable:
            yield place, "The layer is updatable, but these weights are not marked as updatable. Mark them too."


@rule("updatable-layer.quantized", *NETWORKS, of_updatable=True)
def weights_are_not_quantized(subject: Subject) -> Iterable[Finding]:
    """Quantized weights cannot be updated."""
    for place, weights in _weights(subject):
        if weights.HasField("quantization") or encoding_of(weights) in ("quantized", "int8"):
            yield place, "Quantized weights cannot be updated. Store them as float32."


@rule("updatable-layer.float16", *NETWORKS, of_updatable=True)
def weights_are_not_halved(subject: Subject) -> Iterable[Finding]:
    """Float16 weights lose small updates; Core ML's validator lets them pass, its own builder refuses them."""
    for place, weights in _weights(subject):
        if encoding_of(weights) == "float16":
            yield place, "float16 weights cannot be updated. Store them as float32."


@rule("updatable-layer.empty", *NETWORKS, of_updatable=True)
def weights_are_there(subject: Subject) -> Iterable[Finding]:
    """There is something to update."""
    for place, weights in _weights(subject):
        if encoding_of(weights) == "none":
            yield place, "The layer is updatable, but holds no values here."


@rule("updatable-name.unique", *NETWORKS, of_updatable=True)
def names_are_unique(subject: Subject) -> Iterable[Finding]:
    """Layers and losses of an updatable network are told apart by their names."""
    layers = [layer.name for layer in subject.content.layers]
    losses = [loss.name for loss in subject.content.updateParams.lossLayers]
    for name, count in Counter([*layers, *losses]).items():
        if count > 1:
            yield (
                f"layer {name}",
                f'The name "{name}" belongs to {count} layers or losses; in an updatable network names must differ.',
            )
