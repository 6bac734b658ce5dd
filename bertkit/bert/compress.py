"""Smaller weights: one byte for each, or an index into a small table.

Matrices are compressed while the program is emitted. coremltools would do it on a finished model, but runs its
optimization passes again on the way, which rename and split layers; and it takes many times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.clusters import cluster_centers

Compression = Literal["none", "int8", "palettize6", "palettize4"]

_SMALLEST_ELEMENTS = 4096


@dataclass(frozen=True)
class Quantized:
    """weight = values * scales.

    Attributes:
        values: [rows, columns] int8 in -127..127.
        scales: [rows, 1] float16 or float32.
    """

    values: NDArray[np.int8]
    scales: NDArray[Any]


@dataclass(frozen=True)
class Palettized:
    """weight = table[index].

    Attributes:
        indices: [rows, columns] uint8, below 2 ** bits.
        table: [2 ** bits] float32, ascending.
        bits: width of an index.
    """

    indices: NDArray[np.uint8]
    table: NDArray[np.float32]
    bits: int


def is_compressed(array: NDArray[Any], compression: Compression) -> bool:
    """Say whether a parameter is compressed: matrices are, vectors and small matrices are not worth it."""
    return compression != "none" and array.ndim == 2 and array.size >= _SMALLEST_ELEMENTS


def index_bits(compression: Compression) -> int:
    """Return the width of a palette's index: 6 for `palettize6`."""
    return int(compression.removeprefix("palettize"))


def quantize(matrix: NDArray[np.float32], dtype: type[np.floating[Any]] = np.float32) -> Quantized:
    """Round each row to 255 equally spaced values around 0.

    Args:
        matrix: [rows, columns] float32.
        dtype: of the scales; values are rounded with the scales as they are stored.
    """
    largest = np.abs(matrix).max(axis=1, keepdims=True)  # [rows, 1]
    scales = (largest / 127).astype(dtype)
    scales[scales == 0] = 1
    return Quantized(np.clip(np.rint(matrix / scales), -127, 127).astype(np.int8), scales)


def palettize(matrix: NDArray[np.float32], bits: int) -> Palettized:
    """Replace each weight by the nearest of a few, chosen by k-means.

    One table serves the whole matrix: tables for groups of rows gain little (a tenth of the squared error at 4 bits),
    and a NeuralNetwork has only one.

    Args:
        matrix: [rows, columns] float32.
        bits: width of an index.
    """
    table = cluster_centers(matrix, 2**bits).astype(np.float32)
    indices = np.searchsorted((table[1:] + table[:-1]) / 2, matrix)
    return Palettized(indices.astype(np.uint8), table, bits)
