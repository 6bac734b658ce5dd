"""A linear layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from coremltools.converters.mil import Builder as mb
from numpy.typing import NDArray

from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class Linear:
    """y = x W^T + b.

    Attributes:
        weight: [outputs, inputs] float32.
        bias: [outputs] float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def emit(self, scope: Scope, layer: str, x: Value) -> Value:
        """Emit the layer under the name `layer`: [batch, sequence, inputs] to [batch, sequence, outputs]."""
        return mb.linear(
            x=x,
            weight=scope.parameter(layer, "weight", self.weight),
            bias=scope.parameter(layer, "bias", self.bias),
            name=scope.name(layer),
        )
