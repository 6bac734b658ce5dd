"""Compressed weights of ML Programs against coremltools' own expansion of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from lowering_support import TARGETS, convert, run

from bertkit.coreml.lowering.mil.constexpr import CONSTEXPRS, fold
from bertkit.errors import ModelError, UnsupportedError

_OUT, _IN = 6, 8
_RNG = np.random.default_rng(3)
_INT4, _UINT4 = types.nptype_from_builtin(types.int4), types.nptype_from_builtin(types.uint4)
_UINT1, _UINT2 = types.nptype_from_builtin(types.uint1), types.nptype_from_builtin(types.uint2)


def _floats(*shape: int, dtype: Any = np.float32) -> Any:
    return _RNG.normal(size=shape).astype(dtype)


def _integers(low: int, high: int, *shape: int, dtype: Any) -> Any:
    return _RNG.integers(low, high, size=shape).astype(dtype)


def _affine_per_channel() -> Any:
    data, zero_point = _integers(-128, 128, _OUT, _IN, dtype=np.int8), _integers(-9, 9, _OUT, dtype=np.int8)
    return mb.constexpr_affine_dequantize(quantized_data=data, zero_point=zero_point, scale=_floats(_OUT), axis=0)


def _affine_per_tensor() -> Any:
    data = _integers(0, 256, _OUT, _IN, dtype=np.uint8)
    return mb.constexpr_affine_dequantize(quantized_data=data, zero_point=np.uint8(120), scale=np.float32(0.03), axis=1)


def _packed_lut(bits: int) -> Any:
    packed = _integers(0, 256, _OUT * _IN * bits // 8, dtype=np.uint8)
    shape = np.array([_OUT, _IN], np.uint32)
    return mb.constexpr_lut_to_dense(indices=packed, lut=_floats(1 << bits), shape=shape)


def _packed_sparse() -> Any:
    mask = _integers(0, 2, _OUT * _IN, dtype=np.uint8)
    shape = np.array([_OUT, _IN], np.uint32)
    packed = np.packbits(mask, bitorder="little")
    return mb.constexpr_sparse_to_dense(nonzero_data=_floats(int(mask.sum())), mask=packed, shape=shape)


def _cast() -> Any:
    return mb.constexpr_cast(source_val=_floats(_OUT, _IN, dtype=np.float16), output_dtype="fp32")


def _blockwise_int4() -> Any:
    data, offset = _integers(-8, 8, _OUT, _IN, dtype=_INT4), _integers(-8, 8, _OUT, 2, dtype=_INT4)
    return mb.constexpr_blockwise_shift_scale(data=data, scale=_floats(_OUT, 2), offset=offset)


def _blockwise_int8() -> Any:
    data = _integers(-128, 128, _OUT, _IN, dtype=np.int8)
    return mb.constexpr_blockwise_shift_scale(data=data, scale=_floats(_OUT, 1))


def _grouped_lut() -> Any:
    return mb.constexpr_lut_to_dense(indices=_integers(0, 16, _OUT, _IN, dtype=_UINT4), lut=_floats(2, 1, 16, 1))


def _vector_lut(axis: int) -> Any:
    shape = (_OUT // 2, _IN) if axis == 0 else (_OUT, _IN // 2)
    return mb.constexpr_lut_to_dense(
        indices=_integers(0, 4, *shape, dtype=_UINT2), lut=_floats(1, 1, 4, 2), vector_axis=axis
    )


def _sparse() -> Any:
    mask = _integers(0, 2, _OUT, _IN, dtype=_UINT1)
    count = int(mask.astype(np.uint8).sum())
    return mb.constexpr_sparse_to_dense(nonzero_data=_floats(count), mask=mask)


def _sparse_lut() -> Any:
    mask = _integers(0, 2, _OUT, _IN, dtype=_UINT1)
    indices = _integers(0, 4, int(mask.astype(np.uint8).sum()), dtype=_UINT2)
    found, values = mb.constexpr_lut_to_sparse(indices_mask=mask, indices_nonzero_data=indices, lut=_floats(2, 1, 4, 1))
    return mb.constexpr_sparse_to_dense(nonzero_data=values, mask=found)


def _sparse_scaled() -> Any:
    mask = _integers(0, 2, _OUT, _IN, dtype=_UINT1)
    data = _integers(-128, 128, int(mask.astype(np.uint8).sum()), dtype=np.int8)
    found, values = mb.constexpr_sparse_blockwise_shift_scale(data_mask=mask, nonzero_data=data, scale=_floats(_OUT, 2))
    return mb.constexpr_sparse_to_dense(nonzero_data=values, mask=found)


def _scaled_lut() -> Any:
    indices = _integers(0, 16, _OUT, _IN, dtype=_UINT4)
    table = _integers(-128, 128, 1, 1, 16, 1, dtype=np.int8)
    return mb.constexpr_blockwise_shift_scale(
        data=mb.constexpr_lut_to_dense(indices=indices, lut=table), scale=_floats(_OUT, 1)
    )


_COMPRESSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "int8 per channel": ("iOS16", _affine_per_channel),
    "uint8 per tensor": ("iOS16", _affine_per_tensor),
    "6-bit palette": ("iOS16", lambda: _packed_lut(6)),
    "4-bit palette": ("iOS16", lambda: _packed_lut(4)),
    "1-bit palette": ("iOS16", lambda: _packed_lut(1)),
    "sparse": ("iOS16", _packed_sparse),
    "float16": ("iOS16", _cast),
    "int4 in blocks": ("iOS18", _blockwise_int4),
    "int8 without offset": ("iOS18", _blockwise_int8),
    "palettes of groups": ("iOS18", _grouped_lut),
    "vectors along axis 0": ("iOS18", lambda: _vector_lut(0)),
    "vectors along axis 1": ("iOS18", lambda: _vector_lut(1)),
    "sparse with a mask": ("iOS18", _sparse),
    "sparse palette": ("iOS18", _sparse_lut),
    "sparse int8": ("iOS18", _sparse_scaled),
    "scaled palette": ("iOS18", _scaled_lut),
}


@pytest.mark.parametrize("name", _COMPRESSED)
def test_a_weight_expands_as_coremltools_says(name: str, tmp_path: Path) -> None:
    opset, compress = _COMPRESSED[name]
    program = Program()
    with Function({"x": mb.placeholder((2, _IN), types.fp32)}, opset_version=TARGETS[opset]) as function:
        weight = compress()
        function.set_outputs([mb.linear(x=function.inputs["x"], weight=weight, name="y")])
    program.add_function("main", function)
    x = _floats(2, _IN)
    (found,) = run(convert(program, tmp_path, opset), x)
    expanded = np.asarray(weight.op.materialized_val_inference(), np.float32)
    np.testing.assert_allclose(found, x @ expanded.T, rtol=1e-5, atol=1e-5)


def test_every_way_to_compress_is_tested() -> None:
    assert len(CONSTEXPRS.names()) == 7


def test_a_block_count_that_does_not_divide_is_named() -> None:
    arguments = {"data": np.zeros((4, 6), np.int8), "scale": np.ones((4, 5), np.float32)}
    with pytest.raises(
        ModelError, match=r'"w" do not fit each other \(data \(4, 6\), scale \(4, 5\)\): axis 1 of size 6'
    ):
        fold("constexpr_blockwise_shift_scale", "iOS18", arguments, "w")


def test_an_unknown_way_is_named() -> None:
    with pytest.raises(
        UnsupportedError, match=r'"constexpr_magic" \(iOS18\) at "w" is not supported. Available: const'
    ):
        fold("constexpr_magic", "iOS18", {}, "w")
