"""Says why a model is not updatable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bertkit.coreml.kinds import NETWORKS, PIPELINES
from bertkit.coreml.package import Package
from bertkit.coreml.validate.judge import judge
from bertkit.coreml.validate.report import Problem
from bertkit.coreml.validate.subject import Subject
from bertkit.coreml.validate.update.backpropagation import layer_text, propagates, upward
from bertkit.coreml.validate.update.layers import UPDATABLE_LAYERS
from bertkit.coreml.validate.weight_files import WeightFiles

_MARKED = "updatable.marked"
_REACHABLE = "backpropagation.reachable"
_SHOWN_LAYERS = 5


def why_not_updatable(package: Package) -> tuple[Problem, ...]:
    """Judge a model as if it were to be updated.

    Args:
        package: any model.

    Returns:
        Every rule about updatable models that it breaks, `updatable.marked` first where it is not marked as updatable;
        nothing for a model that can be updated.
    """
    subject = Subject(package.specification, weights=WeightFiles.of(package), as_if_updatable=True)
    problems = list(judge(subject, only_updatable=True))
    if not package.specification.isUpdatable:
        marked = Problem(_MARKED, "model", "The model is not marked as updatable (isUpdatable is false).")
        problems = [marked, *problems]
    return (*problems, *_unreachable(subject))


def _unreachable(subject: Subject) -> Iterator[Problem]:
    """Explain a network without a loss from which no gradient could reach a layer that learns, whatever the loss."""
    if subject.kind in PIPELINES:
        for inner in [*subject.inside()][-1:]:
            yield from _unreachable(inner)
    if subject.kind not in NETWORKS or subject.content.updateParams.lossLayers:
        return
    for blob in sorted(_final_blobs(subject.content.layers)):
        blocking = _blocking_layers(subject.content.layers, blob)
        if blocking:
            shown = ", ".join(layer_text(layer) for layer in blocking[:_SHOWN_LAYERS])
            more = len(blocking) - _SHOWN_LAYERS
            yield Problem(
                _REACHABLE,
                subject.at(f"output {blob}"),
                f"A loss on this output would not reach a layer that can be updated: {shown}"
                f"{f' and {more} more' if more > 0 else ''} do not support back-propagation.",
            )


def _final_blobs(layers: Any) -> set[str]:
    """Return the blobs that no further layer consumes."""
    consumed = {blob for layer in layers for blob in layer.input}
    return {blob for layer in layers for blob in layer.output} - consumed


def _blocking_layers(layers: Any, blob: str) -> list[Any]:
    """Return the layers that keep gradients of a loss on a blob from the nearest layer that can learn."""
    blocking: list[Any] = []
    for layer, is_first in upward(layers, blob):
        if layer.WhichOneof("layer") in UPDATABLE_LAYERS:
            return blocking
        if not propagates(layer) and not (is_first and layer.WhichOneof("layer") == "softmax"):
            blocking.append(layer)
    return blocking
