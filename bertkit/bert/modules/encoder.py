"""The stack of encoder layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bertkit.bert.modules.scope import Scope, Value


class Layer(Protocol):
    """One layer of the encoder, of whichever family."""

    def emit(self, scope: Scope, hidden: Value, mask: Value) -> Value:
        """Emit the module: [batch, sequence, hidden] to the same."""


@dataclass(frozen=True)
class Encoder:
    """The layers, one after another.

    Attributes:
        layers: from the first to the last; the same object may stand at several places (ALBERT).
    """

    layers: tuple[Layer, ...]

    def emit(self, scope: Scope, hidden: Value, mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            hidden: [batch, sequence, hidden], the embeddings.
            mask: [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.

        Returns:
            [batch, sequence, hidden].
        """
        for index, layer in enumerate(self.layers):
            hidden = layer.emit(scope.inside(f"layer_{index}", layer), hidden, mask)
        return hidden
