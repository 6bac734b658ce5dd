"""The table of op cases. Without `expected`, coremltools' own numpy evaluation of the op is the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lowering_cases_space import SPACE_CASES
from lowering_cases_state import STATE_CASES
from lowering_support import Array, Case
from torch.nn import functional

_RNG = np.random.default_rng(11)


def floats(*shape: int) -> Array:
    return _RNG.normal(size=shape).astype(np.float32)


def positives(*shape: int) -> Array:
    return _RNG.uniform(0.2, 3.0, size=shape).astype(np.float32)


def fractions(*shape: int) -> Array:
    return _RNG.uniform(-0.9, 0.9, size=shape).astype(np.float32)


def integers(*shape: int, low: int = -5, high: int = 6) -> Array:
    return _RNG.integers(low, high, size=shape).astype(np.int32)


def bools(*shape: int) -> Array:
    return _RNG.integers(0, 2, size=shape).astype(bool)


def by_torch(compute: Any, *arrays: Array) -> list[Array]:
    found = compute(*map(torch.from_numpy, arrays))
    return [found.numpy()]


_ANY_FLOAT = ["abs", "atan", "ceil", "cos", "cosh", "erf", "exp", "exp2", "floor", "round", "sign", "sin", "sinh"]
_ANY_FLOAT += ["square", "tan", "tanh", "relu", "relu6", "sigmoid", "softplus", "softsign", "gelu", "identity"]
_INTEGER_TOO = ["abs", "sign", "square"]

UNARY = [
    *(Case(op, {"x": floats(3, 4)}) for op in _ANY_FLOAT),
    *(Case(op, {"x": integers(3, 4)}) for op in _INTEGER_TOO),
    *(Case(op, {"x": fractions(3, 4)}) for op in ("acos", "asin", "atanh")),
    *(Case(op, {"x": positives(3, 4)}) for op in ("sqrt", "log", "rsqrt", "inverse")),
    Case("log", {"x": positives(3)}, {"epsilon": np.float32(0.5)}),
    Case("rsqrt", {"x": positives(3)}, {"epsilon": np.float32(0.5)}),
    Case("inverse", {"x": positives(3)}, {"epsilon": np.float32(0.5)}),
    Case("logical_not", {"x": bools(3, 4)}),
    Case("clip", {"x": floats(9)}, {"alpha": np.float32(-0.5), "beta": np.float32(0.25)}),
    Case("threshold", {"x": floats(9)}, {"alpha": np.float32(0.1)}),
    Case("cast", {"x": floats(9) * 3}, {"dtype": "int32"}),
    Case("cast", {"x": integers(9)}, {"dtype": "fp32"}),
    Case("cast", {"x": integers(9, low=-1, high=2)}, {"dtype": "bool"}),
]

BINARY = [
    Case(op, {"x": positives(2, 3, 4), "y": positives(3, 1)})
    for op in ("add", "sub", "mul", "real_div", "pow", "maximum", "minimum", "mod", "floor_div")
]
BINARY += [
    Case(op, {"x": integers(4, 5, low=-2, high=3), "y": integers(5, low=-2, high=3)})
    for op in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "add", "sub", "mul")
]
BINARY += [Case(op, {"x": floats(4, 5)}, {"y": np.float32(0.25)}) for op in ("add", "mul", "greater", "less_equal")]
BINARY += [Case(op, {"x": bools(4, 5), "y": bools(5)}) for op in ("logical_and", "logical_or", "logical_xor")]
BINARY += [
    Case("floor_div", {"x": integers(20), "y": integers(20, low=1)}),
    Case("mod", {"x": integers(20), "y": integers(20, low=1)}),
    Case("select", {"cond": bools(2, 3), "a": floats(2, 3), "b": floats(2, 3)}),
    Case("select", {"cond": bools(3), "a": integers(2, 3), "b": integers(2, 3)}),
]

_X = floats(2, 3, 4)
_CHANNELS = floats(3)
ACTIVATIONS = [
    Case("gelu", {"x": floats(30) * 3}, {"mode": "TANH_APPROXIMATION"}),
    Case("gelu", {"x": floats(30) * 3}, {"mode": "SIGMOID_APPROXIMATION"}),
    Case("silu", {"x": _X}, expected=by_torch(functional.silu, _X)),
    Case("leaky_relu", {"x": _X}, {"alpha": np.float32(0.3)}),
    Case("elu", {"x": _X}, {"alpha": np.float32(0.7)}),
    Case("thresholded_relu", {"x": _X.copy()}, {"alpha": np.float32(0.3)}),
    Case("clamped_relu", {"x": _X}, {"alpha": np.float32(0.3), "beta": np.float32(0.8)}),
    Case("scaled_tanh", {"x": _X}, {"alpha": np.float32(1.7), "beta": np.float32(0.6)}),
    Case("sigmoid_hard", {"x": _X}, {"alpha": np.float32(0.2), "beta": np.float32(0.5)}),
    Case("linear_activation", {"x": _X}, {"alpha": np.float32(2.0), "beta": np.float32(0.5)}),
    Case("prelu", {"x": floats(2, 3, 4, 5)}, {"alpha": _CHANNELS}),
    Case("softplus_parametric", {"x": floats(2, 3, 4, 5)}, {"alpha": _CHANNELS, "beta": positives(3)}),
    Case("softmax", {"x": floats(2, 3, 4)}, {"axis": -1}),
    Case("softmax", {"x": floats(2, 3, 4, 5)}, {"axis": 1}),
]

_IMAGE = floats(2, 3, 5, 4)
_MEAN, _VARIANCE = floats(3), positives(3)
LINEAR = [
    Case("linear", {"x": floats(2, 5, 4)}, {"weight": floats(6, 4), "bias": floats(6)}),
    Case("linear", {"x": floats(4)}, {"weight": floats(6, 4)}),
    Case("matmul", {"x": floats(2, 3, 4), "y": floats(2, 4, 5)}),
    Case("matmul", {"x": floats(2, 4, 3), "y": floats(5, 4)}, {"transpose_x": True, "transpose_y": True}),
    Case("matmul", {"x": floats(4), "y": floats(3, 4, 5)}),
    Case("matmul", {"x": floats(2, 3, 4)}, {"y": floats(4, 5)}),
    Case("matmul", {"x": floats(2, 3, 4)}, {"y": floats(5, 4), "transpose_y": True}),
    Case(
        "einsum",
        {"values": [floats(2, 3, 4, 5), floats(2, 5, 4, 6)]},
        {"equation": "nchw,nwhu->nchu"},
    ),
    Case(
        "scaled_dot_product_attention",
        {
            "query": floats(1, 2, 4, 3),
            "key": floats(1, 2, 5, 3),
            "value": floats(1, 2, 5, 6),
            "attn_mask": floats(4, 5),
        },
        opset="iOS18",
    ),
    Case(
        "scaled_dot_product_attention",
        {"query": floats(1, 2, 4, 3), "key": floats(1, 2, 5, 3), "value": floats(1, 2, 5, 6)},
        opset="iOS18",
    ),
]

NORMALIZE = [
    Case("layer_norm", {"x": floats(2, 3, 4)}, {"axes": [-1], "gamma": floats(4), "beta": floats(4)}),
    Case("layer_norm", {"x": floats(2, 3, 4)}, {"axes": [1, 2], "gamma": floats(3, 4), "beta": floats(3, 4)}),
    Case("layer_norm", {"x": floats(2, 3, 4)}, {"axes": [1], "epsilon": np.float32(0.1)}),
    Case("layer_norm", {"x": floats(2, 3, 4)}, {"axes": [0, 2], "gamma": floats(2, 4), "beta": floats(2, 4)}),
    Case("l2_norm", {"x": floats(2, 3, 4, 5)}),
    Case(
        "batch_norm",
        {"x": _IMAGE},
        {"mean": _MEAN, "variance": _VARIANCE, "gamma": _CHANNELS, "beta": _CHANNELS, "epsilon": np.float32(1e-3)},
        by_torch(
            lambda x, m, v, g: functional.batch_norm(x, m, v, g, g, eps=1e-3), _IMAGE, _MEAN, _VARIANCE, _CHANNELS
        ),
    ),
    Case(
        "instance_norm",
        {"x": _IMAGE},
        {"gamma": _CHANNELS, "beta": _CHANNELS},
        by_torch(lambda x, g: functional.instance_norm(x, weight=g, bias=g, eps=1e-5), _IMAGE, _CHANNELS),
    ),
]

_REDUCTIONS = ["l1_norm", "l2_norm", "log_sum", "log_sum_exp", "max", "mean", "min", "prod", "sum", "sum_square"]
REDUCE = [
    *(Case(f"reduce_{name}", {"x": positives(2, 3, 4)}, {"axes": [-2, 0]}) for name in _REDUCTIONS),
    *(Case(f"reduce_{name}", {"x": positives(2, 3, 4)}, {"axes": [1], "keep_dims": True}) for name in _REDUCTIONS),
    Case("reduce_sum", {"x": positives(2, 3, 4)}, {"keep_dims": True}),
    Case("reduce_max", {"x": integers(3, 4)}, {"axes": [1]}),
    Case("reduce_sum", {"x": integers(3, 4)}, {"axes": [1]}),
    Case("reduce_argmax", {"x": floats(3, 4)}, {"axis": 1}),
    Case("reduce_argmax", {"x": floats(3, 4)}, {"axis": 0, "keep_dims": True}, opset="iOS17"),
    Case("reduce_argmin", {"x": floats(3, 4)}, {"axis": -1}),
    Case("topk", {"x": floats(3, 6)}, {"k": 2, "axis": 1}),
    Case("topk", {"x": floats(6, 3)}, {"k": 2, "axis": 0, "ascending": True}),
    Case("topk", {"x": floats(3, 6)}, {"k": 3, "sort": True, "return_indices": True}, opset="iOS16"),
    Case("argsort", {"x": floats(3, 6)}, {"axis": 1}),
    Case("argsort", {"x": floats(3, 6)}, {"axis": 0, "ascending": True}),
    Case("cumsum", {"x": floats(3, 6)}, {"axis": 1}),
    Case("cumsum", {"x": integers(3, 6)}, {"axis": 0, "reverse": True}),
    Case(
        "cumsum",
        {"x": np.array([[1.0, 2.0, 4.0]], np.float32)},
        {"axis": 1, "exclusive": True},
        [np.array([[0.0, 1.0, 3.0]], np.float32)],
    ),
]

_GRID = floats(4, 6)
RESHAPE = [
    Case("reshape", {"x": floats(2, 3, 4)}, {"shape": [4, 6]}),
    Case("reshape", {"x": floats(2, 3, 4)}, {"shape": [-1, 2]}),
    Case("reshape", {"x": integers(2, 3, 4)}, {"shape": [0, -1, 2]}),
    Case("reshape", {"x": floats(2, 3)}, {"shape": [1, 0, -1, 0]}, opset="iOS17"),
    Case("reshape", {"x": floats(2, 3, 4)}, {"shape": [-1, 0]}, opset="iOS17"),
    Case("transpose", {"x": floats(2, 3, 4)}, {"perm": [2, 0, 1]}),
    Case("transpose", {"x": floats(2, 3, 4)}, {"perm": [-1, 0, -2]}),
    Case("expand_dims", {"x": floats(2, 3)}, {"axes": [1, -1]}),
    Case("squeeze", {"x": floats(1, 2, 1, 3)}, {"axes": [0, -2]}),
    Case("squeeze", {"x": floats(1, 2, 1, 3)}),
    Case("concat", {"values": [floats(2, 3), floats(2, 1)]}, {"axis": 1}),
    Case("concat", {"values": [integers(2, 3), integers(2, 3)]}, {"axis": -2}),
    Case(
        "concat",
        {"values": [np.array([[1.0, 2.0]], np.float32), np.array([[3.0, 4.0]], np.float32)]},
        {"axis": 1, "interleave": True},
        [np.array([[1.0, 3.0, 2.0, 4.0]], np.float32)],
    ),
    Case("stack", {"values": [floats(2, 3), floats(2, 3)]}, {"axis": 1}),
    Case("split", {"x": floats(2, 6)}, {"axis": 1, "num_splits": 3}),
    Case("split", {"x": floats(2, 6)}, {"axis": -1, "split_sizes": [1, 5]}),
    Case("reverse", {"x": floats(2, 3)}, {"axes": [1]}),
    Case("tile", {"x": floats(2, 3)}, {"reps": [2, 3]}),
    Case("flatten2d", {"x": floats(2, 3, 4)}, {"axis": 2}),
    Case("flatten2d", {"x": floats(2, 3, 4)}, {"axis": -2}),
    Case(
        "sliding_windows",
        {"x": np.arange(6, dtype=np.float32)},
        {"axis": 0, "size": 3, "stride": 2},
        [np.array([[0, 1, 2], [2, 3, 4]], np.float32)],
    ),
    Case(
        "reshape_like",
        {"x": _X, "ref_tensors": [floats(4, 2), floats(1, 3)]},
        {"begins": [0, 1], "ends": [2, 0], "end_masks": [False, True]},
        [_X.reshape(4, 2, 3)],
        "iOS16",
    ),
    Case(
        "pixel_unshuffle",
        {"x": _GRID[np.newaxis, np.newaxis]},
        {"downscale_factor": np.uint32(2)},
        [np.stack([_GRID[::2, ::2], _GRID[::2, 1::2], _GRID[1::2, ::2], _GRID[1::2, 1::2]])[np.newaxis]],
        "iOS16",
    ),
    Case(
        "pixel_shuffle",
        {"x": _IMAGE[:, :1].repeat(4, 1)},
        {"upscale_factor": 2},
        by_torch(lambda x: functional.pixel_shuffle(x, 2), _IMAGE[:, :1].repeat(4, 1)),
    ),
]

SLICING = [
    Case("slice_by_index", {"x": floats(4, 5)}, {"begin": [1, 0], "end": [3, 4]}),
    Case("slice_by_index", {"x": floats(4, 5)}, {"begin": [-3, 1], "end": [-1, 5], "stride": [1, 2]}),
    Case(
        "slice_by_index",
        {"x": floats(4, 5)},
        {"begin": [0, 4], "end": [0, 0], "stride": [1, -2], "end_mask": [True, True]},
    ),
    Case(
        "slice_by_index",
        {"x": floats(4, 5)},
        {"begin": [0, -2], "end": [0, 0], "stride": [-1, -1], "begin_mask": [True, False], "end_mask": [True, False]},
    ),
    Case(
        "slice_by_index",
        {"x": floats(4, 5, 3)},
        {"begin": [0, 2, 0], "end": [0, 0, 2], "squeeze_mask": [False, True, False], "end_mask": [True, False, False]},
    ),
    Case("slice_by_size", {"x": floats(4, 5)}, {"begin": [1, 2], "size": [2, -1]}),
    Case("pad", {"x": floats(2, 3)}, {"pad": [1, 2], "constant_val": np.float32(7)}),
    Case("pad", {"x": floats(2, 3, 4)}, {"pad": [0, 0, 1, 2, 3, 0], "mode": "constant"}),
    Case("pad", {"x": floats(2, 3, 4)}, {"pad": [1, 2, 2, 1], "mode": "reflect"}),
    Case("pad", {"x": floats(2, 3, 4)}, {"pad": [1, 2, 2, 1], "mode": "replicate"}),
]

_TABLE = floats(7, 4)
_TUPLES = np.array([[0, 1], [1, 2]], np.int32)
GATHER = [
    Case("gather", {"x": _TABLE, "indices": integers(2, 3, low=-7, high=7)}, {"axis": 0}),
    Case("gather", {"x": floats(2, 5, 3), "indices": integers(4, low=0, high=5)}, {"axis": 1}),
    Case("gather", {"x": floats(2, 5, 3), "indices": integers(4, 2, low=0, high=3)}, {"axis": -1}, opset="iOS17"),
    Case(
        "gather",
        {"x": floats(2, 5, 3), "indices": integers(2, 4, low=0, high=3)},
        {"axis": 2, "batch_dims": 1},
        None,
        "iOS16",
    ),
    Case("gather", {"x": integers(7, 2), "indices": integers(3, low=0, high=7)}, {"axis": 0}, opset="iOS17"),
    Case("gather_along_axis", {"x": floats(3, 4), "indices": integers(3, 2, low=-4, high=4)}, {"axis": 1}),
    Case(
        "gather_along_axis", {"x": floats(3, 4), "indices": integers(2, 4, low=0, high=3)}, {"axis": 0}, None, "iOS17"
    ),
    Case("gather_nd", {"x": _IMAGE, "indices": _TUPLES}, {}, [_IMAGE[[0, 1], [1, 2]]]),
    Case(
        "gather_nd",
        {"x": _IMAGE, "indices": np.array([[[0, 1]], [[2, 3]]], np.int32)},
        {"batch_dims": 1},
        [np.stack([_IMAGE[0, 0, 1], _IMAGE[1, 2, 3]])[:, None]],
        "iOS16",
    ),
    Case(
        "one_hot",
        {"indices": np.array([2, 0], np.int32)},
        {"one_hot_vector_size": 3, "axis": -1, "on_value": np.float32(2.5), "off_value": np.float32(-1.0)},
        [np.array([[-1.0, -1.0, 2.5], [2.5, -1.0, -1.0]], np.float32)],
    ),
    Case(
        "one_hot",
        {"indices": np.array([[2, 0]], np.int32)},
        {"one_hot_vector_size": 3, "axis": 1},
        [np.array([[[0, 1], [0, 0], [1, 0]]], np.int32)],
    ),
]

FILL = [
    Case("band_part", {"x": floats(2, 4, 5)}, {"lower": 1, "upper": -1}),
    Case("band_part", {"x": floats(4, 4)}, {"lower": -1, "upper": 0}),
    Case("fill_like", {"ref_tensor": floats(2, 3)}, {"value": np.float32(2.5)}, opset="iOS16"),
    Case("fill_like", {"ref_tensor": floats(2, 3)}, {"value": np.int32(2)}, opset="iOS16"),
    Case("shape", {"x": floats(2, 3)}, {}, [np.array([2, 3], np.int64)]),
    Case("non_zero", {"x": np.array([[0.0, 2.0], [3.0, 0.0]], np.float32)}),
]

_LINE = floats(2, 4, 9)
_KERNEL_1, _KERNEL_2 = floats(6, 4, 3), floats(6, 1, 3, 2)
_GROUPED = floats(2, 3, 7, 6)
CONVOLUTION = [
    Case(
        "conv",
        {"x": _LINE},
        {"weight": _KERNEL_1, "bias": np.arange(6, dtype=np.float32), "strides": [2], "pad_type": "valid"},
        by_torch(lambda x, w: functional.conv1d(x, w, torch.arange(6.0), stride=2), _LINE, _KERNEL_1),
    ),
    Case(
        "conv",
        {"x": _GROUPED},
        {"weight": _KERNEL_2, "groups": 3, "pad_type": "custom", "pad": [1, 0, 2, 1], "dilations": [2, 1]},
        by_torch(
            lambda x, w: functional.conv2d(functional.pad(x, (2, 1, 1, 0)), w, dilation=(2, 1), groups=3),
            _GROUPED,
            _KERNEL_2,
        ),
    ),
    Case(
        "conv",
        {"x": _GROUPED},
        {"weight": _KERNEL_2, "groups": 3, "pad_type": "same"},
        by_torch(lambda x, w: functional.conv2d(functional.pad(x, (0, 1, 1, 1)), w, groups=3), _GROUPED, _KERNEL_2),
    ),
    Case(
        "conv",
        {"x": _GROUPED},
        {"weight": _KERNEL_2, "groups": 3, "pad_type": "same_lower", "strides": [2, 3]},
        by_torch(
            lambda x, w: functional.conv2d(functional.pad(x, (0, 0, 1, 1)), w, stride=(2, 3), groups=3),
            _GROUPED,
            _KERNEL_2,
        ),
        opset="iOS16",
    ),
]

CASES = [
    *UNARY,
    *BINARY,
    *ACTIVATIONS,
    *LINEAR,
    *NORMALIZE,
    *REDUCE,
    *RESHAPE,
    *SLICING,
    *GATHER,
    *FILL,
    *CONVOLUTION,
    *SPACE_CASES,
    *STATE_CASES,
]
