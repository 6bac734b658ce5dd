"""Normalization over the hidden axis: the usual one, and MobileBERT's replacement for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from coremltools.converters.mil import Builder as mb
from numpy.typing import NDArray

from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class LayerNorm:
    """(x - mean) / sqrt(variance + epsilon) * weight + bias, over the last axis.

    Attributes:
        weight: [hidden] float32.
        bias: [hidden] float32.
        epsilon: added to the variance.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    epsilon: float

    def emit(self, scope: Scope, x: Value) -> Value:
        """Emit the layer `layer_norm`: [batch, sequence, hidden] to the same."""
        return mb.layer_norm(
            x=x,
            axes=[-1],
            gamma=scope.parameter("layer_norm", "weight", self.weight),
            beta=scope.parameter("layer_norm", "bias", self.bias),
            epsilon=scope.epsilon(self.epsilon),
            name=scope.name("layer_norm"),
        )


@dataclass(frozen=True)
class NoNorm:
    """x * weight + bias: what MobileBERT uses instead of layer normalization.

    Attributes:
        weight: [hidden] float32.
        bias: [hidden] float32.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def emit(self, scope: Scope, x: Value) -> Value:
        """Emit the layers `no_norm_scale` and `no_norm`: [batch, sequence, hidden] to the same."""
        weight = scope.parameter("no_norm", "weight", self.weight)
        bias = scope.parameter("no_norm", "bias", self.bias)
        return mb.add(x=mb.mul(x=x, y=weight, name=scope.name("no_norm_scale")), y=bias, name=scope.name("no_norm"))


Normalization = LayerNorm | NoNorm
