"""The rule that gradients reach every updatable layer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject
from bertkit.coreml.validate.update.loss import CROSS_ENTROPY, losses

_PROPAGATING = ("convolution", "innerProduct", "uniDirectionalLSTM", "flatten", "pooling", "batchnorm")
_PROPAGATING_ACTIVATIONS = ("ReLU", "sigmoid", "tanh")


def propagates(layer: Any) -> bool:
    """Say whether Core ML computes gradients through a layer."""
    kind = layer.WhichOneof("layer")
    if kind == "activation":
        return layer.activation.WhichOneof("NonlinearityType") in _PROPAGATING_ACTIVATIONS
    return kind in _PROPAGATING


def layer_text(layer: Any) -> str:
    """Name a layer with its type."""
    kind = layer.WhichOneof("layer")
    if kind == "activation":
        kind = f"activation {layer.activation.WhichOneof('NonlinearityType')}"
    return f'"{layer.name}" ({kind})'


def upward(layers: Any, blob: str) -> Iterator[tuple[Any, bool]]:
    """Go through the layers that a blob depends on, breadth first.

    Args:
        layers: of the network.
        blob: where to begin.

    Yields:
        Every layer once, and whether it produces `blob` itself.
    """
    layers = list(layers)
    producers: dict[str, int] = {}
    parents: list[list[int]] = []
    for position, layer in enumerate(layers):
        parents.append([producers[name] for name in layer.input if name in producers])
        producers.update(dict.fromkeys(layer.output, position))
    if blob not in producers:
        return
    first = producers[blob]
    seen, queue = {first}, deque([first])
    while queue:
        position = queue.popleft()
        yield layers[position], position == first
        for parent in parents[position]:
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)


@rule("backpropagation.path", *NETWORKS, of_updatable=True)
def gradients_reach_updatable_layers(subject: Subject) -> Iterable[Finding]:
    """Between the loss and an updatable layer all layers propagate gradients.

    Core ML goes upward from the loss, breadth first, and from the first layer that does not propagate on accepts no
    updatable layer, even on another branch. A softmax directly under cross-entropy is part of the loss.
    """
    for _, kind, loss in losses(subject):
        blocking: list[Any] = []
        for layer, is_first in upward(subject.content.layers, loss.input) if kind else ():
            if layer.isUpdatable and blocking:
                between = ", ".join(layer_text(other) for other in blocking)
                yield (
                    f"layer {layer.name}",
                    f"Between this updatable layer and the loss there are layers that do not support "
                    f"back-propagation: {between}.",
                )
            part_of_loss = is_first and kind == CROSS_ENTROPY and layer.WhichOneof("layer") == "softmax"
            if not propagates(layer) and not part_of_loss:
                blocking.append(layer)
