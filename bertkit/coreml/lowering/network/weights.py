"""The weights of a NeuralNetwork: five encodings, all read as float32."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import ModelError, UnsupportedError

Floats = NDArray[np.float32]


def read_weights(weights: Any, shape: tuple[int, ...], place: str, output_axis: int = 0) -> Floats:
    """Read one `NeuralNetwork_pb2.WeightParams`.

    Args:
        weights: the message.
        shape: what it holds; one entry may be -1.
        place: layer and field, for messages.
        output_axis: the axis along which the scales and biases of linear quantization differ, the first or the second.

    Raises:
        ModelError: the message holds more or fewer values than `shape` wants, or its quantization is incomplete.
        UnsupportedError: the encoding is not supported.
    """
    count = None if -1 in shape else int(np.prod(shape))
    if weights.rawValue or weights.int8RawValue:
        if weights.quantization.WhichOneof("QuantizationType") is None:
            raise UnsupportedError(f"{place} holds raw bytes without quantization parameters, which is not supported.")
        indices = _unpack(weights, int(weights.quantization.numberOfBits), count, place)
        _check_size(indices.size, count, shape, place)
        if output_axis == 0:
            flat = _dequantize(weights.quantization, indices, place)
        else:
            flat = np.empty(indices.size, np.float32)
            outputs_first = np.arange(indices.size).reshape(shape).swapaxes(0, 1).reshape(-1)
            flat[outputs_first] = _dequantize(weights.quantization, indices[outputs_first], place)
    elif weights.float16Value:
        flat = np.frombuffer(weights.float16Value, dtype="<f2").astype(np.float32)
    else:
        flat = np.array(weights.floatValue, dtype=np.float32)
    _check_size(flat.size, count, shape, place)
    return flat.reshape(shape)


def _check_size(found: int, count: int | None, shape: tuple[int, ...], place: str) -> None:
    if count is not None and found != count:
        raise ModelError(f"{place} must hold {count} values for shape {shape}, got {found}.")


def _dequantize(quantization: Any, indices: NDArray[Any], place: str) -> Floats:
    """Expand quantized integers, those of one output after those of another."""
    if quantization.WhichOneof("QuantizationType") == "lookupTableQuantization":
        table = np.array(quantization.lookupTableQuantization.floatValue, dtype=np.float32)
        if table.size != 1 << quantization.numberOfBits:
            wanted = f"{1 << quantization.numberOfBits} entries for {quantization.numberOfBits} bits"
            raise ModelError(f"The lookup table of {place} must have {wanted}, got {table.size}.")
        return np.take(table, indices)
    scale = np.array(quantization.linearQuantization.scale, dtype=np.float32)
    bias = np.array(quantization.linearQuantization.bias, dtype=np.float32)
    if scale.size == 0 or indices.size % scale.size or (bias.size and (indices.size % bias.size)):
        raise ModelError(
            f"{place} has {scale.size} scales and {bias.size} biases for {indices.size} values; wanted one of each, or "
            "one per output channel."
        )
    values = (indices.reshape(scale.size, -1) * scale[:, np.newaxis]).reshape(max(bias.size, 1), -1)
    return (values + (bias[:, np.newaxis] if bias.size else np.float32(0))).reshape(-1)


def _unpack(weights: Any, bits: int, count: int | None, place: str) -> NDArray[Any]:
    """Read the quantized integers; those of less than eight bits lie one after another, most significant bit first."""
    if weights.int8RawValue:
        return np.frombuffer(weights.int8RawValue, dtype=np.int8)
    if not 1 <= bits <= 8:
        raise ModelError(f"{place} is quantized to {bits} bits; wanted 1 to 8.")
    packed = np.frombuffer(weights.rawValue, dtype=np.uint8)
    if bits == 8:
        return packed
    stored = packed.size * 8 // bits
    count = stored if count is None else min(count, stored)
    digits = np.unpackbits(packed, count=count * bits).reshape(count, bits)
    padded = np.concatenate([np.zeros((count, 8 - bits), dtype=np.uint8), digits], axis=1)
    return np.packbits(padded, axis=1).reshape(count)
