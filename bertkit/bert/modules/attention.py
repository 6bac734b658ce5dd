"""Self-attention together with its output."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.scope import Scope, Value
from bertkit.bert.modules.self_attention import SelfAttention


@dataclass(frozen=True)
class Attention:
    """The first block of an encoder layer.

    Attributes:
        attend: the heads.
        output: joins them, adds the residual and normalizes.
    """

    attend: SelfAttention
    output: BlockOutput

    def emit(self, scope: Scope, query: Value, key: Value, value: Value, residual: Value, mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            query: [batch, sequence, hidden], input of the query layer.
            key: likewise of the key layer.
            value: likewise of the value layer.
            residual: [batch, sequence, hidden], added to the result; the same as the others except in MobileBERT.
            mask: [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.

        Returns:
            [batch, sequence, hidden].
        """
        context = self.attend.emit(scope.inside("self", self.attend), query, key, value, mask)
        return self.output.emit(scope.inside("output", self.output), context, residual)
