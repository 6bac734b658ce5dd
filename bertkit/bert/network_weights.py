"""Weights of a NeuralNetwork, written straight into its messages in their final form.

coremltools appends float after float: ten seconds for 22 million of them, before any of its compression begins.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.compress import Compression, index_bits, is_compressed, palettize, quantize
from bertkit.coreml.network_floats import write_floats


def write_weights(message: Any, array: NDArray[np.float32], *, half: bool, compression: Compression = "none") -> None:
    """Fill a `WeightParams` message.

    Args:
        message: the message, empty.
        array: [channels, ...] float32; linear quantization has one scale for each channel.
        half: write float16.
        compression: what to do with a matrix that is large enough.
    """
    if not is_compressed(array, compression):
        if half:
            message.float16Value = array.astype("<f2").tobytes()
        else:
            write_floats(message, array)
        return
    if compression == "int8":
        quantized = quantize(array)
        message.quantization.numberOfBits = 8
        message.quantization.linearQuantization.scale.extend(quantized.scales.ravel().tolist())
        message.quantization.linearQuantization.bias.extend((quantized.scales * -128).ravel().tolist())
        message.rawValue = (quantized.values.astype(np.int16) + 128).astype(np.uint8).tobytes()
        return
    palettized = palettize(array, index_bits(compression))
    message.quantization.numberOfBits = palettized.bits
    message.quantization.lookupTableQuantization.floatValue.extend(palettized.table.tolist())
    message.rawValue = _packed(palettized.indices, palettized.bits)


def _packed(indices: NDArray[np.uint8], bits: int) -> bytes:
    """Write indices one after another, the most significant bit first."""
    significant = np.unpackbits(indices.reshape(-1, 1), axis=1)[:, 8 - bits :]
    return np.packbits(significant).tobytes()
