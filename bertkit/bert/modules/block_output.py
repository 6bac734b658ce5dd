"""What closes an attention or feed-forward block."""

from __future__ import annotations

from dataclasses import dataclass

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.normalization import Normalization
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class BlockOutput:
    """A linear layer, the sum with the block's input, and a normalization.

    Attributes:
        dense: to the size of the residual.
        norm: over the sum.
    """

    dense: Linear
    norm: Normalization

    def emit(self, scope: Scope, x: Value, residual: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            x: [batch, sequence, inputs], what the block computed.
            residual: [batch, sequence, hidden], what the block started from.

        Returns:
            [batch, sequence, hidden].
        """
        projected = self.dense.emit(scope, "dense", x)
        return self.norm.emit(scope, mb.add(x=projected, y=residual, name=scope.name("residual")))
