"""What an attention head does, in pictures and numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

THUMBNAIL = 64


def probabilities(query: Floats, key: Floats) -> Floats:
    """Return softmax(query key^T / sqrt(head_size)).

    Args:
        query: [heads, queries, head_size], tokens only.
        key: [heads, keys, head_size], tokens only: padding takes no part, since its mask makes its probability 0.

    Returns:
        [heads, queries, keys].
    """
    shares: Floats = query @ key.swapaxes(1, 2)
    shares *= np.float32(query.shape[-1] ** -0.5)
    shares -= shares.max(-1, keepdims=True)
    np.exp(shares, out=shares)
    shares /= shares.sum(-1, keepdims=True)
    return shares


def to_bytes(shares: Floats) -> NDArray[np.uint8]:
    """Return round(255 * sqrt(p)): a byte's square over 255^2 is the probability, and small ones stay visible."""
    picture: NDArray[np.uint8] = np.rint(255 * np.sqrt(shares)).astype(np.uint8)
    return picture


def thumbnails(shares: Floats, size: int = THUMBNAIL) -> NDArray[np.uint8]:
    """Return small pictures; each field shows the highest probability of those it covers.

    Args:
        shares: [heads, queries, keys].
        size: rows and columns, at most.

    Returns:
        [heads, min(queries, size), min(keys, size)] uint8 as by `to_bytes`.
    """
    pooled = shares
    for axis in (1, 2):
        cells = min(shares.shape[axis], size)
        edges = np.arange(cells) * shares.shape[axis] // cells
        pooled = np.maximum.reduceat(pooled, edges, axis=axis)
    return to_bytes(pooled)


def entropy_bits(shares: Floats) -> NDArray[np.float64]:
    """Return how spread each head looks, in bits, averaged over queries: 0 for one token, log2(keys) for all alike.

    Args:
        shares: [heads, queries, keys].

    Returns:
        [heads].
    """
    logarithms = np.log2(np.maximum(shares, np.finfo(np.float32).tiny))  # 0 times any number is 0
    bits: NDArray[np.float64] = -np.einsum("hqk,hqk->hq", shares, logarithms).mean(-1, dtype=np.float64)
    return bits


def mass(shares: Floats, queries: Sequence[int], keys: Sequence[int]) -> NDArray[np.float64]:
    """Return how much of their attention some queries give to some keys on average, 0 to 1.

    Args:
        shares: [heads, queries, keys].
        queries: which rows, at least one.
        keys: which columns.

    Returns:
        [heads].
    """
    by_query = shares[:, :, list(keys)].sum(-1, dtype=np.float64)
    result: NDArray[np.float64] = by_query[:, list(queries)].mean(-1)
    return result
