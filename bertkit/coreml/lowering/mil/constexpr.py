"""Compressed weights, expanded once when the model is loaded.

Everything is expanded to float32, without the rounding to float16 that a file may declare for the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.lowering.registry import Function, Implementation, Registry, check_arguments
from bertkit.coreml.weights import unpack_bits
from bertkit.errors import ModelError

Array = NDArray[Any]
Floats = NDArray[np.float32]

CONSTEXPRS = Registry("The op", "constexpr")


def constexpr(name: str, since: str = "iOS16") -> Callable[[Function], Function]:
    """Register a function that expands one kind of compressed constant; its parameters are the op's inputs by name."""

    def register(function: Function) -> Function:
        CONSTEXPRS.add(Implementation(name, since, function))
        return function

    return register


def fold(name: str, opset: str, arguments: Mapping[str, Array], place: str) -> tuple[Array, ...]:
    """Expand one compressed constant.

    Args:
        name: the op's type.
        opset: the opset the model was written for.
        arguments: the op's inputs by name.
        place: the operation's name.

    Returns:
        The op's outputs.

    Raises:
        UnsupportedError: the op, or one of its inputs, is not supported.
        ModelError: an input is missing, or the inputs' sizes contradict each other.
    """
    implementation = CONSTEXPRS.get(name, place, opset)
    check_arguments(implementation, arguments.keys(), place)
    try:
        outputs: Array | tuple[Array, ...] = implementation.function(**arguments)
    except (ValueError, IndexError) as error:
        shapes = ", ".join(f"{key} {array.shape}" for key, array in arguments.items())
        raise ModelError(f'The inputs of {name} "{place}" do not fit each other ({shapes}): {error}.') from error
    return outputs if isinstance(outputs, tuple) else (outputs,)


@constexpr("constexpr_affine_dequantize")
def affine_dequantize(quantized_data: Array, zero_point: Array, scale: Array, axis: Array) -> Floats:
    """Return scale * (quantized_data - zero_point); scale and zero point are scalars or run along `axis`."""
    shape = [1] * quantized_data.ndim
    shape[int(axis)] = -1
    centered = quantized_data.astype(np.float32) - zero_point.astype(np.float32).reshape(shape)
    centered *= scale.astype(np.float32).reshape(shape)
    return centered


@constexpr("constexpr_cast")
def cast(source_val: Array, output_dtype: Array) -> Floats:
    """Return the value as float32, the only type there is to cast to."""
    if output_dtype.item() != "fp32":
        raise ValueError(f'output_dtype must be "fp32", got "{output_dtype.item()}"')
    return source_val.astype(np.float32)


@constexpr("constexpr_lut_to_dense")
def packed_lut_to_dense(indices: Array, lut: Array, shape: Array) -> Array:
    """Look up packed indices in one table `lut` [palettes] and give the result `shape`."""
    bits = int(np.log2(lut.size))
    return lut[unpack_bits(indices, bits, int(np.prod(shape)))].reshape(shape)


@constexpr("constexpr_lut_to_dense", since="iOS18")
def lut_to_dense(indices: Array, lut: Array, vector_axis: Array | None = None) -> Array:
    """Look up each index in its block's table.

    Args:
        indices: [d0, ..., dn], integers below `palettes`.
        lut: [b0, ..., bn, palettes, vector]; bi divides di.
        vector_axis: which axis the elements of a table entry are laid along.

    Returns:
        [d0, ..., dn], the vector axis multiplied by the length of a table entry.
    """
    blocks = lut.shape[:-2]
    tables = lut.reshape(-1, *lut.shape[-2:])  # [table, palettes, vector]
    table = _spread(np.arange(len(tables)).reshape(blocks), indices.shape)
    entries = tables[table, indices]  # [d0, ..., dn, vector]
    if vector_axis is None:
        return entries[..., 0]
    axis = int(vector_axis) % indices.ndim
    shape = list(indices.shape)
    shape[axis] *= lut.shape[-1]
    return np.moveaxis(entries, -1, axis + 1).reshape(shape)


@constexpr("constexpr_sparse_to_dense")
def packed_sparse_to_dense(nonzero_data: Array, mask: Array, shape: Array) -> Array:
    """Put `nonzero_data` where the packed bits of `mask` are set, zeros elsewhere."""
    return sparse_to_dense(nonzero_data, unpack_bits(mask, 1, int(np.prod(shape))).reshape(shape))


@constexpr("constexpr_sparse_to_dense", since="iOS18")
def sparse_to_dense(nonzero_data: Array, mask: Array) -> Array:
    """Put `nonzero_data` where `mask` is 1, zeros elsewhere."""
    dense = np.zeros(mask.shape, dtype=nonzero_data.dtype)
    dense[mask != 0] = nonzero_data
    return dense


@constexpr("constexpr_blockwise_shift_scale", since="iOS18")
def blockwise_shift_scale(data: Array, scale: Array, offset: Array | None = None) -> Floats:
    """Return scale * (data - offset); each scale and offset belongs to one block of `data`."""
    shifted = data.astype(np.float32)
    if offset is not None:
        shifted -= _spread(offset.astype(np.float32), data.shape)
    shifted *= _spread(scale.astype(np.float32), data.shape)
    return shifted


@constexpr("constexpr_lut_to_sparse", since="iOS18")
def lut_to_sparse(
    indices_mask: Array, indices_nonzero_data: Array, lut: Array, vector_axis: Array | None = None
) -> tuple[Array, Array]:
    """Look up the indices of a sparse constant; returns the mask of the result and the values where it is 1."""
    dense = lut_to_dense(sparse_to_dense(indices_nonzero_data, indices_mask), lut, vector_axis)
    mask = indices_mask if vector_axis is None else np.repeat(indices_mask, lut.shape[-1], int(vector_axis))
    return mask, dense[mask != 0]


@constexpr("constexpr_sparse_blockwise_shift_scale", since="iOS18")
def sparse_blockwise_shift_scale(
    data_mask: Array, nonzero_data: Array, scale: Array, offset: Array | None = None
) -> tuple[Array, Array]:
    """Scale a sparse constant; returns its mask and the values where it is 1."""
    dense = blockwise_shift_scale(sparse_to_dense(nonzero_data, data_mask), scale, offset)
    return data_mask, dense[data_mask != 0]


def _spread(blocks: Array, shape: Sequence[int]) -> Array:
    """Repeat each element over its block: [b0, ..., bn] to [d0, ..., dn], a view where the block is a whole axis."""
    for axis, (count, size) in enumerate(zip(blocks.shape, shape, strict=True)):
        if size % count:
            raise ValueError(f"axis {axis} of size {size} does not divide into {count} blocks")
        if count > 1:
            blocks = np.repeat(blocks, size // count, axis)
    return np.broadcast_to(blocks, shape)
