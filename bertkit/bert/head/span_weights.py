"""The weights of a reader's span head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.head.names import LOGITS_LAYER
from bertkit.coreml.package import Package
from bertkit.errors import ModelError

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class SpanWeights:
    """One linear layer.

    Attributes:
        matrix: [2, hidden] float32; the first row scores tokens as the start of the answer, the second as its end.
        bias: [2] float32.
    """

    matrix: Floats
    bias: Floats

    @property
    def hidden_size(self) -> int:
        """Numbers that the encoder returns for each token."""
        return int(self.matrix.shape[1])


def read_span_weights(package: Package) -> SpanWeights:
    """Read the span head of a reader, however its file stores it.

    Raises:
        ModelError: the model has no span head that bertkit wrote.
    """
    from bertkit.coreml.lowering import lower

    lowered = lower(package)
    buffers = _buffers(lowered)
    if buffers is None:
        raise ModelError(
            f'{package.path} has no layer "{LOGITS_LAYER}" with weights of its own. Convert the reader with: '
            "bertkit convert"
        )
    matrix, bias = (lowered.module.get_buffer(name).detach().numpy().astype(np.float32) for name in buffers)
    return SpanWeights(matrix.reshape(2, -1), bias.reshape(2))


def _buffers(lowered: Any) -> tuple[str, str] | None:
    """Return where the matrix and the bias of the head's layer are; None if they are nowhere."""
    network = [lowered.weights.get((LOGITS_LAYER, field)) for field in ("weights", "bias")]
    if all(network):
        return network[0], network[1]
    nodes = {node.name: node for node in lowered.module.graph.nodes}
    for name in lowered.layers.get(LOGITS_LAYER, ()):
        arguments = [nodes[name].kwargs.get(argument) for argument in ("weight", "bias")]
        if all(getattr(argument, "op", "") == "get_attr" for argument in arguments):
            return str(arguments[0].target), str(arguments[1].target)
    return None
