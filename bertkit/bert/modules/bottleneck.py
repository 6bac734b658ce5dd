"""MobileBERT's bottlenecks: its layers work on narrow vectors and hand on wide ones."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.normalization import Normalization
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class Narrowing:
    """A linear layer to the narrow size, and a normalization."""

    dense: Linear
    norm: Normalization

    def emit(self, scope: Scope, hidden: Value) -> Value:
        """Emit the module: [batch, sequence, hidden] to [batch, sequence, narrow]."""
        return self.norm.emit(scope, self.dense.emit(scope, "dense", hidden))


@dataclass(frozen=True)
class Bottleneck:
    """What enters a layer.

    Attributes:
        input: narrows what the residual starts from.
        attention: narrows the input of the query and key layers; None where they take the wide vectors.
        narrow_attention: whether query, key and value all take what `input` makes.
    """

    input: Narrowing
    attention: Narrowing | None
    narrow_attention: bool

    def emit(self, scope: Scope, hidden: Value) -> tuple[Value, Value, Value]:
        """Emit the module.

        Args:
            scope: the module's own.
            hidden: [batch, sequence, hidden].

        Returns:
            Input of the query and key layers, input of the value layer, and the residual.
        """
        residual = self.input.emit(scope.inside("input", self.input), hidden)
        if self.narrow_attention:
            return residual, residual, residual
        if self.attention is None:
            return hidden, hidden, residual
        return self.attention.emit(scope.inside("attention", self.attention), hidden), hidden, residual
