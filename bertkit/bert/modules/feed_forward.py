"""The feed-forward block."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.modules.activation import Activation
from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class FeedForward:
    """The second block of an encoder layer: widen, activate, narrow, add the residual, normalize.

    Attributes:
        intermediate: hidden to intermediate.
        activation: between the two linear layers.
        output: intermediate to hidden.
    """

    intermediate: Linear
    activation: Activation
    output: BlockOutput

    def emit(self, scope: Scope, hidden: Value) -> Value:
        """Emit the module: [batch, sequence, hidden] to the same."""
        wide = self.intermediate.emit(scope, "intermediate", hidden)  # [batch, sequence, intermediate]
        active = self.activation.emit(scope, wide)
        return self.output.emit(scope.inside("output", self.output), active, hidden)
