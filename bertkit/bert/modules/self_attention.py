"""Multi-head self-attention."""

from __future__ import annotations

from dataclasses import dataclass

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.scope import Scope, Value

_SWAP_SEQUENCE_AND_HEADS = [0, 2, 1, 3]


@dataclass(frozen=True)
class SelfAttention:
    """softmax(Q K^T / sqrt(head_size) + mask) V for each head.

    Attributes:
        query: to [heads * head_size].
        key: likewise.
        value: likewise; its input may be wider than the others' (MobileBERT).
        heads: number of heads.
    """

    query: Linear
    key: Linear
    value: Linear
    heads: int

    def emit(self, scope: Scope, query: Value, key: Value, value: Value, mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            query: [batch, sequence, hidden], input of the query layer.
            key: likewise of the key layer.
            value: [batch, sequence, hidden], input of the value layer.
            mask: [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.

        Returns:
            [batch, sequence, heads * head_size].
        """
        queries = self._by_head(scope, "query", self.query.emit(scope, "query", query))
        keys = self._by_head(scope, "key", self.key.emit(scope, "key", key))
        values = self._by_head(scope, "value", self.value.emit(scope, "value", value))
        attend = self._attend_in_steps if scope.emission.target.network else self._attend
        context = attend(scope, queries, keys, values, mask)  # [batch, heads, sequence, head_size]
        context = mb.transpose(x=context, perm=_SWAP_SEQUENCE_AND_HEADS, name=scope.name("context_by_token"))
        return scope.reshaped(context, "context_joined", self._size)

    @property
    def _size(self) -> int:
        return int(self.query.weight.shape[0])

    @property
    def _head_size(self) -> int:
        return self._size // self.heads

    def _by_head(self, scope: Scope, layer: str, projected: Value) -> Value:
        split = scope.reshaped(projected, f"{layer}_split", self.heads, self._head_size)
        return mb.transpose(x=split, perm=_SWAP_SEQUENCE_AND_HEADS, name=scope.name(f"{layer}_by_head"))

    def _attend(self, scope: Scope, query: Value, key: Value, value: Value, mask: Value) -> Value:
        """Emit one operation, which divides by sqrt(head_size) itself."""
        return mb.scaled_dot_product_attention(
            query=query, key=key, value=value, attn_mask=mask, name=scope.name("context")
        )

    def _attend_in_steps(self, scope: Scope, query: Value, key: Value, value: Value, mask: Value) -> Value:
        """Emit the same in the operations of Core ML 3."""
        scale = scope.number(self._head_size**-0.5)
        query = mb.mul(x=query, y=scale, name=scope.name("query_scaled"))
        scores = mb.matmul(x=query, y=key, transpose_y=True, name=scope.name("scores"))
        masked = mb.add(x=scores, y=mask, name=scope.name("scores_masked"))  # [batch, heads, sequence, sequence]
        probabilities = mb.softmax(x=masked, axis=-1, name=scope.name("probabilities"))
        return mb.matmul(x=probabilities, y=value, name=scope.name("context"))
