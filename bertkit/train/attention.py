"""Attention as plain products of matrices, for training on processors. Imports torch and transformers.

torch's own fused attention has a backward pass on processors that takes several times as long as these products do, and
then half of the time of a whole step (12 heads of 32, rows of 176 tokens, bfloat16 with AMX: 431 against 105 ms).
"""

from __future__ import annotations

from typing import Any

import torch
import transformers

_NAME = "bertkit_products"


def use_plain_products(network: Any) -> None:
    """Let a network compute its attention so; one that transformers cannot change is left as it is."""
    attention = getattr(transformers, "AttentionInterface", None)
    masks = getattr(transformers, "AttentionMaskInterface", None)
    if attention is None or masks is None:
        return
    from transformers.masking_utils import eager_mask

    attention.register(_NAME, _attend)
    masks.register(_NAME, eager_mask)
    network.set_attn_implementation(_NAME)


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Return the attended values, [batch, sequence, heads, head_size], as transformers wants it.

    Args:
        module: the layer that calls.
        query: [batch, heads, sequence, head_size].
        key: likewise.
        value: likewise.
        attention_mask: [batch, 1, sequence, sequence], 0 or the lowest number, which hides padding from every query.
        dropout: share of the weights that are left out.
        scaling: of the scores; None is one over the root of the head's size.
    """
    batch, heads, sequence, size = query.shape
    scale = size**-0.5 if scaling is None else scaling
    rows = batch * heads
    queries = (query * scale).reshape(rows, sequence, size)
    scores = torch.bmm(queries, key.reshape(rows, sequence, size).transpose(1, 2)).view(batch, heads, sequence, -1)
    if attention_mask is not None:
        scores = scores + attention_mask[:, :, :1].to(scores.dtype)
    weights = scores.softmax(-1, dtype=scores.dtype)
    if dropout > 0:
        weights = torch.nn.functional.dropout(weights, dropout)
    mixed = torch.bmm(weights.view(rows, sequence, -1).to(value.dtype), value.reshape(rows, sequence, size))
    return mixed.view(batch, heads, sequence, size).transpose(1, 2), None
