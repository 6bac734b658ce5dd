"""One layer of MobileBERT's encoder."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.modules.attention import Attention
from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.bottleneck import Bottleneck
from bertkit.bert.modules.feed_forward import FeedForward
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class MobileEncoderLayer:
    """Narrow, attend, feed forward several times, widen.

    Attributes:
        bottleneck: what enters; None where the layer works on wide vectors throughout.
        attention: as in BERT.
        feed_forwards: one after another.
        widen: what leaves; None exactly where `bottleneck` is.
    """

    bottleneck: Bottleneck | None
    attention: Attention
    feed_forwards: tuple[FeedForward, ...]
    widen: BlockOutput | None

    def emit(self, scope: Scope, hidden: Value, mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            hidden: [batch, sequence, hidden].
            mask: [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.

        Returns:
            [batch, sequence, hidden].
        """
        query, value, residual = hidden, hidden, hidden
        if self.bottleneck is not None:
            query, value, residual = self.bottleneck.emit(scope.inside("bottleneck", self.bottleneck), hidden)
        narrow = self.attention.emit(
            scope.inside("attention", self.attention), query, query, value, residual=residual, mask=mask
        )
        for index, feed_forward in enumerate(self.feed_forwards):
            narrow = feed_forward.emit(scope.inside(f"feed_forward_{index}", feed_forward), narrow)
        if self.widen is None:
            return narrow
        return self.widen.emit(scope.inside("widen", self.widen), narrow, hidden)
