"""Matrix products and embeddings."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.linear import matmul
from bertkit.coreml.lowering.registry import Stored, layer


@layer(
    "innerProduct",
    weights={"weights": Stored(("output_channels", "input_channels")), "bias": Stored(("output_channels",))},
)
def inner_product(
    x: Tensor, *, weights: Tensor, bias: Tensor | None = None, int8_dynamic_quantize: bool = False
) -> Tensor:
    """Multiply by a matrix and add a bias.

    Args:
        x: [..., in] of up to three axes, or [..., channels, height, width] of four or five, whose last three are taken
            together.
        weights: [out, in].
        bias: [out].
        int8_dynamic_quantize: round the input to 255 steps first.

    Returns:
        [..., out], or [..., out, 1, 1].
    """
    x = _quantized(x) if int8_dynamic_quantize else x
    if x.ndim <= 3:
        return functional.linear(x, weights, bias)
    product = functional.linear(x.flatten(-3), weights, bias)
    return product.unsqueeze(-1).unsqueeze(-1)


@layer(
    "batchedMatmul",
    weights={
        # The matrix [first, second] is stored by columns.
        "weights": Stored(("weight_matrix_second_dimension", "weight_matrix_first_dimension"), transposed=True),
        "bias": Stored(("weight_matrix_second_dimension",)),
    },
)
def batched_matmul(
    a: Tensor,
    b: Tensor | None = None,
    *,
    weights: Tensor | None = None,
    bias: Tensor | None = None,
    transpose_a: bool = False,
    transpose_b: bool = False,
    int8_dynamic_quantize: bool = False,
) -> Tensor:
    """Multiply matrices in the last two axes, or one input by a matrix of weights.

    Args:
        a: [..., n, k]; a vector is taken as one row.
        b: [..., k, m]; a vector is taken as one column.
        weights: [k, m] in place of `b`; nothing is transposed then.
        bias: [m], only with weights.
        transpose_a: exchange the last two axes of `a`.
        transpose_b: exchange the last two axes of `b`.
        int8_dynamic_quantize: round the only input to 255 steps first.
    """
    if b is not None:
        a = a.unsqueeze(0) if a.ndim == 1 else a
        b = b.unsqueeze(1) if b.ndim == 1 else b
        return matmul(a, b, transpose_a, transpose_b)
    if weights is None:
        raise ValueError("batchedMatmul needs a second input or weights")
    product = torch.matmul(_quantized(a) if int8_dynamic_quantize else a, weights)
    return product if bias is None else product + bias


def _quantized(x: Tensor) -> Tensor:
    """Round to multiples of 1 / 127 of the largest absolute value, which is what int8 can hold."""
    step = (x.abs().amax() / 127).clamp(min=torch.finfo(x.dtype).tiny)
    return torch.round(x / step) * step


@layer(
    "embedding",
    keeps_integers=True,
    weights={
        "weights": Stored(("output_channels", "input_dim"), transposed=True),
        "bias": Stored(("output_channels",)),
    },
)
def embedding(x: Tensor, *, weights: Tensor, bias: Tensor | None = None) -> Tensor:
    """Replace each index by a row of a table.

    Args:
        x: [..., 1, 1, 1] indices.
        weights: [size, out].
        bias: [out].

    Returns:
        [..., out, 1, 1].
    """
    looked_up = _look_up(x.squeeze((-3, -2, -1)), weights, bias)
    return looked_up.unsqueeze(-1).unsqueeze(-1)


@layer(
    "embeddingND",
    keeps_integers=True,
    weights={
        "weights": Stored(("embedding_size", "vocab_size"), transposed=True),
        "bias": Stored(("embedding_size",)),
    },
)
def embedding_nd(x: Tensor, *, weights: Tensor, bias: Tensor | None = None) -> Tensor:
    """Replace each index by a row of a table.

    Args:
        x: [..., 1] indices.
        weights: [vocabulary, size].
        bias: [size].

    Returns:
        [..., size].
    """
    return _look_up(x.squeeze(-1), weights, bias)


def _look_up(indices: Tensor, table: Tensor, bias: Tensor | None) -> Tensor:
    rows = functional.embedding(indices.to(torch.int32), table)
    return rows if bias is None else rows + bias


@layer("dot")
def dot(x: Tensor, y: Tensor, *, cosine_similarity: bool = False) -> Tensor:
    """Multiply two vectors [..., channels, 1, 1], scaled to length 1 first if asked for."""
    if cosine_similarity:
        x, y = (value / torch.linalg.vector_norm(value, dim=-3, keepdim=True) for value in (x, y))
    return (x * y).sum(-3, keepdim=True)
