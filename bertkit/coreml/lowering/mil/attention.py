"""Attention as one op."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op


@op("scaled_dot_product_attention", since="iOS18")
def scaled_dot_product_attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Tensor:
    """Return softmax(query @ key^T / sqrt(size) + mask) @ value.

    Args:
        query: [batch, ..., queries, size].
        key: [batch, ..., keys, size].
        value: [batch, ..., keys, value_size].
        attn_mask: broadcastable to [batch, ..., queries, keys]; bool says which keys take part, float is added.

    Returns:
        [batch, ..., queries, value_size].
    """
    return functional.scaled_dot_product_attention(query, key, value, attn_mask)
