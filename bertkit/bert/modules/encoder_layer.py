"""One layer of the encoder."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.modules.attention import Attention
from bertkit.bert.modules.feed_forward import FeedForward
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class EncoderLayer:
    """Attention, then feed-forward."""

    attention: Attention
    feed_forward: FeedForward

    def emit(self, scope: Scope, hidden: Value, mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            hidden: [batch, sequence, hidden].
            mask: [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.

        Returns:
            [batch, sequence, hidden].
        """
        attended = self.attention.emit(
            scope.inside("attention", self.attention), hidden, hidden, hidden, residual=hidden, mask=mask
        )
        return self.feed_forward.emit(scope.inside("feed_forward", self.feed_forward), attended)
