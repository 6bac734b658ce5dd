"""Attention, written as two products of matrices with a softmax between them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx
from torch.nn import functional

from bertkit.coreml.lowering.fusions.terms import Reader


def match_attention(reader: Reader, node: fx.Node) -> dict[str, Any] | None:
    """Match softmax(query @ key^T * scale + mask) @ value; scale and mask may be missing, and the scale divided by."""
    outer = reader.term(node)
    if outer is None or outer.kind != "matmul" or any(outer.options.values()):
        return None
    weights = reader.term(outer.operands[0])
    if weights is None or weights.kind != "softmax":
        return None
    summands, rest = reader.total(weights.operands[0])
    if rest != 0 or not 1 <= len(summands) <= 2:
        return None
    for scores in summands:
        factors, scale = reader.product(scores)
        inner = reader.term(factors[0]) if len(factors) == 1 else None
        if inner is not None and inner.kind == "matmul" and not inner.options["left"]:
            query, key = inner.operands
            return {
                "query": query,
                "key": key,
                "value": outer.operands[1],
                "mask": next((each for each in summands if each is not scores), None),
                "scale": scale,
                "key_is_transposed": not inner.options["right"],
                "axis": weights.options["axis"],
            }
    return None


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    axis: int,
    key_is_transposed: bool,
    mask: Tensor | None = None,
) -> Tensor:
    """Return softmax(query @ key^T * scale + mask) @ value.

    Args:
        query: [..., queries, size].
        key: [..., keys, size], or [..., size, keys] if `key_is_transposed`.
        value: [..., keys, value_size].
        scale: of the scores.
        axis: of the softmax.
        key_is_transposed: how the key lies.
        mask: added to the scores; broadcasts.
    """
    keys = key.transpose(-1, -2) if key_is_transposed else key
    ranks = {query.ndim, keys.ndim, value.ndim}
    is_plain = len(ranks) == 1 and query.ndim >= 3 and axis % query.ndim == query.ndim - 1
    if is_plain and (mask is None or (2 <= mask.ndim <= query.ndim and _agree(mask, query))):
        return functional.scaled_dot_product_attention(query, keys, value, attn_mask=mask, scale=scale)
    scores = torch.matmul(query, keys.transpose(-1, -2)) * scale
    return torch.matmul(torch.softmax(scores if mask is None else scores + mask, dim=axis), value)


def _agree(mask: Tensor, query: Tensor) -> bool:
    """Return whether torch's attention takes them together: autocast gives all its arguments one type."""
    casts = torch.is_autocast_enabled(query.device.type) and mask.is_floating_point() and query.is_floating_point()
    return casts or mask.dtype == query.dtype
