"""How alike a vector and the support vectors are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bertkit.coreml.classic.vectors import Doubles
from bertkit.errors import ModelError

Kernel = Callable[[Doubles, Doubles], Doubles]
"""Support vectors [vectors, inputs] and a vector [inputs] to [vectors]."""

_MOST_NUMBERS = 1 << 28  # what a sparse index declares is not allocated unseen


def kernel_of(message: Any) -> Kernel:
    """Read a `SVM_pb2.Kernel`.

    Raises:
        ModelError: none is set.
    """
    kind = message.WhichOneof("kernel")
    if kind is None:
        raise ModelError("A support vector machine needs a kernel: linear, RBF, polynomial or sigmoid; none is set.")
    return _KERNELS[kind](getattr(message, kind))


def vectors_of(content: Any) -> Doubles:
    """Read the support vectors, dense or sparse.

    Args:
        content: `SVM_pb2.SupportVectorRegressor` or `SVM_pb2.SupportVectorClassifier`.

    Returns:
        [vectors, inputs] float64; of sparse ones as many inputs as their largest index.

    Raises:
        ModelError: there are none, their lengths differ, or an index is less than 1.
    """
    kind = content.WhichOneof("supportVectors")
    if kind is None or not getattr(content, kind).vectors:
        raise ModelError("A support vector machine needs support vectors, dense or sparse; it has none.")
    vectors = getattr(content, kind).vectors
    if kind == "sparseSupportVectors":
        return _dense(vectors)
    rows = [np.asarray(vector.values, dtype=np.float64) for vector in vectors]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise ModelError(f"Dense support vectors must have one length; they have {', '.join(map(str, lengths))}.")
    return np.stack(rows)


def _dense(vectors: Any) -> Doubles:
    indices = [node.index for vector in vectors for node in vector.nodes]
    least, most = min(indices, default=1), max(indices, default=0)
    if least < 1 or most * len(vectors) > _MOST_NUMBERS:
        raise ModelError(
            f"The indices of sparse support vectors begin at 1, and {len(vectors)} vectors may have up to "
            f"{_MOST_NUMBERS // len(vectors)} inputs; they are {least} to {most}."
        )
    dense = np.zeros((len(vectors), most))
    for row, vector in zip(dense, vectors, strict=True):
        for node in vector.nodes:
            row[node.index - 1] = node.value
    return dense


def _rbf(kernel: Any) -> Kernel:
    return lambda vectors, vector: np.exp(-kernel.gamma * np.square(vectors - vector).sum(1))


def _polynomial(kernel: Any) -> Kernel:
    return lambda vectors, vector: (kernel.gamma * (vectors @ vector) + kernel.c) ** kernel.degree


def _sigmoid(kernel: Any) -> Kernel:
    return lambda vectors, vector: np.tanh(kernel.gamma * (vectors @ vector) + kernel.c)


_KERNELS: dict[str, Callable[[Any], Kernel]] = {
    "linearKernel": lambda _: lambda vectors, vector: vectors @ vector,
    "rbfKernel": _rbf,
    "polyKernel": _polynomial,
    "sigmoidKernel": _sigmoid,
}
