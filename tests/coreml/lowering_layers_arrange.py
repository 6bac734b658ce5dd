"""NeuralNetwork layers that arrange, pick, fill and slide: how the builder adds each, and what must come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from lowering_layer_case import CHANNELS, HEIGHT, WIDTH, LayerCase, by_torch, case, floats, positives
from lowering_support import Array
from torch.nn import functional

_X, _Y = floats(2, CHANNELS, HEIGHT, WIDTH), floats(2, CHANNELS, HEIGHT, WIDTH)
_SMALL, _ROW = floats(2, 6), positives(6)
_BITS = np.float32(_SMALL > 0)
_COLUMN_X = floats(2, CHANNELS, 1, 1)
_RANK_5 = floats(2, 1, CHANNELS, HEIGHT, WIDTH)
_VOLUME = floats(CHANNELS, HEIGHT, WIDTH)
_LAST = _RANK_5.transpose(0, 1, 3, 4, 2)
RESHAPE = [
    case("reshapeStatic", "reshape_static", [_X], _X.reshape(6, 20), output_shape=(6, -1)),
    case("rankPreservingReshape", "rank_preserving_reshape", [_SMALL], _SMALL.reshape(2, 6), output_shape=(0, -1)),
    case("reshapeLike", "reshape_like", [_SMALL, floats(3, 4)], _SMALL.reshape(3, 4)),
    case(
        "reshape",
        "reshape",
        [_RANK_5],
        _RANK_5.reshape(2, 1, CHANNELS, WIDTH, HEIGHT),
        target_shape=[CHANNELS, WIDTH, HEIGHT],
        mode=0,
    ),
    case(
        "reshape",
        "reshape",
        [_RANK_5],
        _LAST.reshape(1, 1, HEIGHT, WIDTH, 2 * CHANNELS).transpose(0, 1, 4, 2, 3),
        target_shape=[1, 2 * CHANNELS, HEIGHT, WIDTH],
        mode=1,
    ),
    case("flatten", "flatten", [_X], _X.reshape(2, -1, 1, 1), mode=0),
    case("flatten", "flatten", [_X], _X.transpose(0, 2, 3, 1).reshape(2, -1, 1, 1), mode=1),
    case("flattenTo2D", "flatten_to_2d", [_X], _X.reshape(6, 20), axis=2),
    case("transpose", "transpose", [_X], _X.transpose(3, 1, 0, 2), axes=[3, 1, 0, 2]),
    case("permute", "permute", [_RANK_5], _RANK_5.transpose(3, 1, 0, 4, 2), dim=[2, 0, 3, 1]),
    case("expandDims", "expand_dims", [_SMALL], _SMALL[:, None, :, None], axes=[1, -1]),
    case("squeeze", "squeeze", [_COLUMN_X], _COLUMN_X[..., 0, 0], axes=[-1, -2]),
    case("squeeze", "squeeze", [floats(1, 1)[:] * 0], np.zeros(1), squeeze_all=True),
    case("concat", "elementwise", [_X, _Y], np.concatenate([_X, _Y], 1), mode="CONCAT"),
    case("concat", "elementwise", [_RANK_5, _RANK_5], np.concatenate([_RANK_5, _RANK_5]), mode="SEQUENCE_CONCAT"),
    case("concatND", "concat_nd", [_X, _Y], np.concatenate([_X, _Y], 3), axis=3),
    case("stack", "stack", [_X, _Y], np.stack([_X, _Y], 2), axis=2),
    case("split", "split", [_X], [_X[:, :1], _X[:, 1:2], _X[:, 2:]]),
    case("splitND", "split_nd", [_SMALL], [_SMALL[:, :1], _SMALL[:, 1:]], axis=1, split_sizes=[1, 5]),
    case("splitND", "split_nd", [_SMALL], [_SMALL[:, :3], _SMALL[:, 3:]], axis=-1, num_splits=2),
    case("tile", "tile", [_SMALL], np.tile(_SMALL, (2, 3)), reps=[2, 3]),
    case("sequenceRepeat", "sequence_repeat", [_RANK_5], np.concatenate([_RANK_5] * 3), nrep=3),
    case("reverse", "reverse", [_SMALL], _SMALL[:, ::-1], reverse_dim=[False, True]),
    case(
        "slidingWindows",
        "sliding_windows",
        [_ROW],
        np.stack([_ROW[0:3], _ROW[2:5]]),
        axis=0,
        window_size=3,
        step=2,
    ),
    case("broadcastToStatic", "broadcast_to_static", [_ROW], np.tile(_ROW, (3, 1)), output_shape=(3, 6)),
    case("broadcastToLike", "broadcast_to_like", [_ROW, _SMALL], np.tile(_ROW, (2, 1))),
]

_AMOUNTS = {"left": 1, "right": 2, "top": 2, "bottom": 1}
_MARGINS = [(0, 0), (0, 0), (2, 1), (1, 2)]
SLICING = [
    case("slice", "slice", [_X], _X[..., 1:-1:2], axis="width", start_index=1, end_index=-1, stride=2),
    case("slice", "slice", [_X], _X[..., 1:3, :], axis="height", start_index=1, end_index=3),
    case("slice", "slice", [_X], _X[:, 1:2], axis="channel", start_index=1, end_index=2),
    case(
        "sliceStatic",
        "slice_static",
        [_X],
        _X[:, 1, ::-1, 1:],
        begin_ids=[0, 1, -1, 1],
        end_ids=[0, 0, 0, 0],
        strides=[1, 1, -1, 1],
        begin_masks=[True, False, True, False],
        end_masks=[True, False, True, True],
        squeeze_masks=[False, True, False, False],
    ),
    case(  # networks know no scalars
        "sliceStatic",
        "slice_static",
        [_ROW],
        _ROW[2:3],
        begin_ids=[2],
        end_ids=[3],
        strides=[1],
        begin_masks=[False],
        end_masks=[False],
        squeeze_masks=[True],
    ),
    case("padding", "padding", [_X], np.pad(_X, _MARGINS, constant_values=7), value=7.0, **_AMOUNTS),
    case("padding", "padding", [_X], np.pad(_X, _MARGINS, "reflect"), padding_type="reflection", **_AMOUNTS),
    case("padding", "padding", [_X], np.pad(_X, _MARGINS, "edge"), padding_type="replication", **_AMOUNTS),
    case(
        "constantPad",
        "constant_pad",
        [_SMALL],
        np.pad(_SMALL, [(1, 0), (2, 3)], constant_values=5),
        value=5.0,
        pad_amounts=[1, 0, 2, 3],
    ),
]


def _add_slice_dynamic(builder: Any, names: list[str], outputs: list[str]) -> None:
    builder.add_load_constant_nd("begin", "begin", np.array([1.0, 2.0]), (2,))
    builder.add_get_shape("end", names[1], "end")
    builder.add_slice_dynamic("layer", [names[0], "begin", "end"], outputs[0])


def _add_slice_by_size(builder: Any, names: list[str], outputs: list[str]) -> None:
    builder.add_load_constant_nd("begin", "begin", np.array([2.0]), (1,))
    builder.add_slice_by_size("layer", [names[0], "begin"], outputs[0], axis=1, size=3)


def _add_broadcast_to_dynamic(builder: Any, names: list[str], outputs: list[str]) -> None:
    builder.add_get_shape("shape", names[1], "shape")
    builder.add_broadcast_to_dynamic("layer", [names[0], "shape"], outputs[0])


DYNAMIC = [
    LayerCase("sliceDynamic", _add_slice_dynamic, [_SMALL, floats(2, 5)], [_SMALL[1:2, 2:5]]),
    LayerCase("sliceBySize", _add_slice_by_size, [_SMALL], [_SMALL[:, 2:5]]),
    LayerCase("broadcastToDynamic", _add_broadcast_to_dynamic, [_ROW, _SMALL], [np.tile(_ROW, (2, 1))]),
]

_PICKED = np.array([1, -1], np.float32)
GATHER = [
    case("gather", "gather", [_X, _PICKED], _X[:, [1, -1]], axis=1),
    case(
        "gatherAlongAxis",
        "gather_along_axis",
        [_SMALL, np.array([[0, -1], [2, 3]], np.float32)],
        np.stack([_SMALL[0, [0, -1]], _SMALL[1, [2, 3]]]),
        axis=1,
    ),
    case("gatherND", "gather_nd", [_X, np.array([[0, 1], [1, 2]], np.float32)], _X[[0, 1], [1, 2]]),
    case(
        "oneHot",
        "one_hot",
        [np.array([2, 0], np.float32)],
        np.array([[0.5, 0.5, 3], [3, 0.5, 0.5]]),
        one_hot_vector_size=3,
        on_value=3.0,
        off_value=0.5,
    ),
]

_SQUARE = floats(4, 4)
FILL = [
    case("fillStatic", "fill_static", [], np.full((2, 3), 1.5), output_shape=(2, 3), value=1.5),
    case("fillLike", "fill_like", [_SMALL], np.full((2, 6), 1.5), value=1.5),
    case("rangeStatic", "range_static", [], np.array([1.0, 1.5, 2.0]), start=1.0, end=2.5, step=0.5),
    case("matrixBandPart", "matrix_band_part", [_SQUARE], np.triu(np.tril(_SQUARE, 2), -1), num_lower=1, num_upper=2),
    case("lowerTriangular", "lower_triangular", [_SQUARE], np.tril(_SQUARE, 1), k=1),
    case("upperTriangular", "upper_triangular", [_SQUARE], np.triu(_SQUARE, -1), k=-1),
    case("whereNonZero", "where_nonzero", [_BITS], np.argwhere(_BITS)),
    case("loadConstantND", "load_constant_nd", [], _SMALL, constant_value=_SMALL, shape=_SMALL.shape),
    case("loadConstant", "load_constant", [], _VOLUME[None, None], constant_value=_VOLUME, shape=_VOLUME.shape),
]

_KERNEL = floats(6, CHANNELS, 3, 2)  # [out, in, height, width]
_KERNEL_BIAS = floats(6)
_DEPTHWISE = floats(CHANNELS, 1, 2, 2)


def _convolved(x: Array, margins: tuple[int, int, int, int], **options: Any) -> Array:
    padded = functional.pad(torch.from_numpy(x), margins)
    return functional.conv2d(padded, torch.from_numpy(_KERNEL), torch.from_numpy(_KERNEL_BIAS), **options).numpy()


def _convolution(expected: Array, x: Array = _X, **options: Any) -> LayerCase:
    defaults = {"border_mode": "valid", "stride_height": 1, "stride_width": 1}
    weights = {"W": _KERNEL.transpose(2, 3, 1, 0), "b": _KERNEL_BIAS, "has_bias": True, "groups": 1}
    sizes = {"kernel_channels": CHANNELS, "output_channels": 6, "height": 3, "width": 2}
    return case("convolution", "convolution", [x], expected, **(defaults | weights | sizes | options))


def _pooled(compute: Callable[[Array], Array], x: Array, size: int, step: int) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), (-2, -1))[..., ::step, ::step, :, :]
    return compute(windows.reshape(*windows.shape[:-2], -1))


def _pooling(layer_type: str, expected: Array, **options: Any) -> LayerCase:
    sizes = {"height": 2, "width": 2, "stride_height": 2, "stride_width": 2, "padding_type": "VALID"}
    return case("pooling", "pooling", [_X], expected, layer_type=layer_type, **(sizes | options))


SPATIAL = [
    _convolution(_convolved(_X, (0, 0, 0, 0))),
    _convolution(
        _convolved(_X, (1, 0, 2, 1), stride=(2, 1)), padding_left=1, padding_top=2, padding_bottom=1, stride_height=2
    ),
    _convolution(_convolved(_X, (0, 1, 1, 1)), border_mode="same"),
    _convolution(_convolved(_X, (1, 0, 1, 1)), border_mode="same", same_padding_asymmetry_mode="TOP_LEFT_HEAVY"),
    _convolution(
        _convolved(_X, (0, 0, 2, 2), dilation=(2, 1)), padding_top=2, padding_bottom=2, dilation_factors=[2, 1]
    ),
    _convolution(_convolved(_RANK_5[:, 0], (0, 0, 0, 0))[:, None], x=_RANK_5),
    case(
        "convolution",
        "convolution",
        [_X],
        by_torch(lambda x, w: functional.conv2d(x, w, groups=CHANNELS), _X, _DEPTHWISE),
        kernel_channels=1,
        output_channels=CHANNELS,
        height=2,
        width=2,
        stride_height=1,
        stride_width=1,
        border_mode="valid",
        groups=CHANNELS,
        W=_DEPTHWISE.transpose(2, 3, 1, 0),
        b=None,
        has_bias=False,
    ),
    _pooling("MAX", _pooled(lambda x: x.max(-1), _X, 2, 2)),
    _pooling("AVERAGE", _pooled(lambda x: x.mean(-1), _X, 2, 2)),
    _pooling("L2", _pooled(lambda x: np.sqrt((x**2).sum(-1)), _X, 2, 2)),
    _pooling("MAX", _X.max((-2, -1), keepdims=True), is_global=True),
    _pooling("AVERAGE", _X.mean((-2, -1), keepdims=True), is_global=True),
    _pooling(
        "AVERAGE",
        _pooled(lambda x: x.mean(-1), np.pad(_X, [(0, 0), (0, 0), (1, 0), (0, 1)]), 2, 2),
        padding_top=1,
        padding_right=1,
        exclude_pad_area=False,
    ),
    _pooling(
        "AVERAGE",
        _pooled(
            lambda x: np.nanmean(x, -1), np.pad(_X, [(0, 0), (0, 0), (1, 1), (0, 1)], constant_values=np.nan), 2, 2
        ),
        padding_top=1,
        padding_bottom=1,
        padding_right=1,
        exclude_pad_area=True,
    ),
]

ARRANGE_CASES = [*RESHAPE, *SLICING, *DYNAMIC, *GATHER, *FILL, *SPATIAL]
