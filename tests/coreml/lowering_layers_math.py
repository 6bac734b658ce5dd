"""NeuralNetwork layers that compute: how the builder adds each, and what must come out, in numpy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from lowering_layer_case import CHANNELS, HEIGHT, WIDTH, LayerCase, by_torch, case, floats, positives
from lowering_support import Array
from torch.nn import functional

_X = floats(2, CHANNELS, HEIGHT, WIDTH)
_SMALL = floats(2, 6)
_POSITIVE = positives(2, 6)


def _activation(name: str, mode: str, expected: Array, params: Any = None) -> LayerCase:
    return case(f"activation.{name}", "activation", [_X], expected, non_linearity=mode, params=params)


_ALPHA, _BETA = np.array([0.1, 0.5, 0.9], np.float32), np.array([0.7, 1.2, 0.4], np.float32)
_ALPHAS, _BETAS = _ALPHA.reshape(-1, 1, 1), _BETA.reshape(-1, 1, 1)
ACTIVATIONS = [
    _activation("linear", "LINEAR", 2 * _X + 0.5, [2.0, 0.5]),
    _activation("ReLU", "RELU", np.maximum(_X, 0)),
    _activation("leakyReLU", "LEAKYRELU", np.where(_X < 0, 0.3 * _X, _X), [0.3]),
    _activation("thresholdedReLU", "THRESHOLDEDRELU", np.where(_X >= 0.4, _X, 0), 0.4),
    _activation("PReLU", "PRELU", np.where(_X < 0, _ALPHAS * _X, _X), _ALPHA),
    _activation("tanh", "TANH", np.tanh(_X)),
    _activation("scaledTanh", "SCALED_TANH", 1.7 * np.tanh(0.6 * _X), [1.7, 0.6]),
    _activation("sigmoid", "SIGMOID", 1 / (1 + np.exp(-_X))),
    _activation("sigmoidHard", "SIGMOID_HARD", np.clip(0.2 * _X + 0.5, 0, 1), [0.2, 0.5]),
    _activation("ELU", "ELU", np.where(_X < 0, 0.7 * np.expm1(_X), _X), 0.7),
    _activation("softsign", "SOFTSIGN", _X / (1 + np.abs(_X))),
    _activation("softplus", "SOFTPLUS", np.log1p(np.exp(_X))),
    _activation("parametricSoftplus", "PARAMETRICSOFTPLUS", _ALPHAS * np.log1p(np.exp(_BETAS * _X)), [_ALPHA, _BETA]),
    case("clampedReLU", "clamped_relu", [_X], np.minimum(np.where(_X < 0, 0.1 * _X, _X), 1), alpha=0.1, beta=1.0),
    case("gelu", "gelu", [_X], by_torch(functional.gelu, _X)),
    case("gelu", "gelu", [_X], _X / (1 + np.exp(-1.702 * _X)), mode="SIGMOID_APPROXIMATION"),
    case(
        "gelu",
        "gelu",
        [_X],
        0.5 * _X * (1 + np.tanh(math.sqrt(2 / math.pi) * (_X + 0.044715 * _X**3))),
        mode="TANH_APPROXIMATION",
    ),
    case("softmax", "softmax", [_X], np.exp(_X) / np.exp(_X).sum(-3, keepdims=True)),
    case("softmaxND", "softmax_nd", [_X], np.exp(_X) / np.exp(_X).sum(1, keepdims=True), axis=1),
]

_UNARY: dict[str, Callable[[Array], Array]] = {
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "erf": np.vectorize(math.erf),
    "exp2": np.exp2,
    "floor": np.floor,
    "round": np.round,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "tan": np.tan,
    "tanh": np.tanh,
    "atan": np.arctan,
    "asinh": np.arcsinh,
}
_FRACTION = np.clip(_SMALL / 3, -0.9, 0.9)
_SHIFTED = 2 * _POSITIVE + 0.5
ELEMENTWISE = [
    *(case(name, name, [_SMALL], compute(_SMALL)) for name, compute in _UNARY.items()),
    case("acos", "acos", [_FRACTION], np.arccos(_FRACTION)),
    case("asin", "asin", [_FRACTION], np.arcsin(_FRACTION)),
    case("atanh", "atanh", [_FRACTION], np.arctanh(_FRACTION)),
    case("acosh", "acosh", [1 + _POSITIVE], np.arccosh(1 + _POSITIVE)),
    *(
        case("unary", "unary", [_POSITIVE], compute(_SHIFTED), mode=mode, scale=2.0, shift=0.5, alpha=1.5, epsilon=0.1)
        for mode, compute in {
            "sqrt": np.sqrt,
            "rsqrt": lambda x: 1 / np.sqrt(x + 0.1),
            "inverse": lambda x: 1 / (x + 0.1),
            "power": lambda x: x**1.5,
            "exp": np.exp,
            "log": lambda x: np.log(x + 0.1),
            "abs": np.abs,
            "threshold": lambda x: np.maximum(x, 1.5),
        }.items()
    ),
    case("clip", "clip", [_SMALL], np.clip(_SMALL, -0.5, 0.25), min_value=-0.5, max_value=0.25),
    case("copy", "copy", [_SMALL], _SMALL),
]

_Y, _Z = floats(2, CHANNELS, HEIGHT, WIDTH), floats(2, CHANNELS, HEIGHT, WIDTH)
_ROW = positives(6)
_BITS, _MORE_BITS = np.float32(_SMALL > 0), np.float32(floats(6) > 0)
_BROADCASTABLE = {
    "add": np.add,
    "divide": np.divide,
    "floor_div": np.floor_divide,
    "max": np.maximum,
    "min": np.minimum,
    "mod": np.mod,
    "multiply": np.multiply,
    "pow": np.power,
    "subtract": np.subtract,
}
_COMPARISONS = {
    "greaterThan": ("greater_than", np.greater, {}),
    "greaterEqual": ("greater_than", np.greater_equal, {"use_greater_than_equal": True}),
    "lessThan": ("less_than", np.less, {}),
    "lessEqual": ("less_than", np.less_equal, {"use_less_than_equal": True}),
    "equal": ("equal", np.equal, {}),
    "notEqual": ("not_equal", np.not_equal, {}),
}
BINARY = [
    *(
        case(
            f"{name.split('_')[0]}{'Div' if '_' in name else ''}Broadcastable",
            f"{name}_broadcastable",
            [_POSITIVE, _ROW],
            compute(_POSITIVE, _ROW),
        )
        for name, compute in _BROADCASTABLE.items()
    ),
    *(
        case(layer, method, [_BITS, _MORE_BITS], compute(_BITS, _MORE_BITS), **options)
        for layer, (method, compute, options) in _COMPARISONS.items()
    ),
    *(
        case(layer, method, [np.round(_SMALL)], compute(np.round(_SMALL), 1), alpha=1.0, **options)
        for layer, (method, compute, options) in _COMPARISONS.items()
    ),
    case("logicalAnd", "logical", [_BITS, _MORE_BITS], np.logical_and(_BITS, _MORE_BITS), mode="AND"),
    case("logicalOr", "logical", [_BITS, _MORE_BITS], np.logical_or(_BITS, _MORE_BITS), mode="OR"),
    case("logicalXor", "logical", [_BITS, _MORE_BITS], np.logical_xor(_BITS, _MORE_BITS), mode="XOR"),
    case("logicalNot", "logical", [_BITS], 1 - _BITS, mode="NOT"),
    case("add", "elementwise", [_X, _Y, _Z], _X + _Y + _Z, mode="ADD"),
    case("add", "elementwise", [_X], _X + 0.5, mode="ADD", alpha=0.5),
    case("multiply", "elementwise", [_X, _Y, _Z], _X * _Y * _Z, mode="MULTIPLY"),
    case("multiply", "elementwise", [_X], _X * 0.5, mode="MULTIPLY", alpha=0.5),
    case("average", "elementwise", [_X, _Y, _Z], (_X + _Y + _Z) / 3, mode="AVE"),
    case("max", "elementwise", [_X, _Y, _Z], np.maximum(np.maximum(_X, _Y), _Z), mode="MAX"),
    case("min", "elementwise", [_X, _Y, _Z], np.minimum(np.minimum(_X, _Y), _Z), mode="MIN"),
    case("whereBroadcastable", "where_broadcastable", [_BITS, _SMALL, _ROW], np.where(_BITS, _SMALL, _ROW)),
]

_MATRIX, _OFFSET = floats(7, 4), floats(7)
_WIDE = floats(7, CHANNELS * HEIGHT * WIDTH)
_RANK_5 = floats(2, 1, CHANNELS, HEIGHT, WIDTH)
_INDICES = np.array([[3], [0], [9]], np.float32)
_TABLE, _TABLE_BIAS = floats(4, 10), floats(4)
_COLUMN_X, _COLUMN_Y = floats(2, CHANNELS, 1, 1), floats(2, CHANNELS, 1, 1)
LINEAR = [
    case(
        "innerProduct",
        "inner_product",
        [values := floats(2, 3, 4)],
        values @ _MATRIX.T + _OFFSET,
        W=_MATRIX,
        b=_OFFSET,
        input_channels=4,
        output_channels=7,
        has_bias=True,
    ),
    case(
        "innerProduct",
        "inner_product",
        [_X],
        (_X.reshape(2, -1) @ _WIDE.T).reshape(2, 7, 1, 1),
        W=_WIDE,
        b=None,
        input_channels=CHANNELS * HEIGHT * WIDTH,
        output_channels=7,
        has_bias=False,
    ),
    case(
        "innerProduct",
        "inner_product",
        [_RANK_5],
        (_RANK_5.reshape(2, -1) @ _WIDE.T).reshape(2, 1, 7, 1, 1),
        W=_WIDE,
        b=None,
        input_channels=CHANNELS * HEIGHT * WIDTH,
        output_channels=7,
        has_bias=False,
    ),
    case("batchedMatmul", "batched_mat_mul", [left := floats(2, 3, 4), right := floats(2, 4, 5)], left @ right),
    case(
        "batchedMatmul",
        "batched_mat_mul",
        [left := floats(2, 4, 3), right := floats(5, 4)],
        left.swapaxes(1, 2) @ right.T,
        transpose_a=True,
        transpose_b=True,
    ),
    case("batchedMatmul", "batched_mat_mul", [left := floats(4), right := floats(2, 4, 5)], left[None] @ right),
    case(
        "batchedMatmul",
        "batched_mat_mul",
        [left := floats(2, 3, 4)],
        left @ _MATRIX.T + _OFFSET,
        W=_MATRIX.T,
        bias=_OFFSET,
        weight_matrix_rows=4,
        weight_matrix_columns=7,
    ),
    case(
        "embeddingND",
        "embedding_nd",
        [_INDICES],
        (_TABLE.T + _TABLE_BIAS)[[3, 0, 9]],
        W=_TABLE,
        b=_TABLE_BIAS,
        vocab_size=10,
        embedding_size=4,
    ),
    case(
        "embedding",
        "embedding",
        [_INDICES.reshape(3, 1, 1, 1)],
        (_TABLE.T + _TABLE_BIAS)[[3, 0, 9]].reshape(3, 4, 1, 1),
        W=_TABLE,
        b=_TABLE_BIAS,
        input_dim=10,
        output_channels=4,
        has_bias=True,
    ),
    case("dot", "elementwise", [_COLUMN_X, _COLUMN_Y], (_COLUMN_X * _COLUMN_Y).sum(1, keepdims=True), mode="DOT"),
    case(
        "dot",
        "elementwise",
        [_COLUMN_X, _COLUMN_Y],
        (_COLUMN_X * _COLUMN_Y).sum(1, keepdims=True)
        / np.linalg.norm(_COLUMN_X, axis=1, keepdims=True)
        / np.linalg.norm(_COLUMN_Y, axis=1, keepdims=True),
        mode="COS",
    ),
]


def _standardized(x: Array, axes: tuple[int, ...], epsilon: float) -> Array:
    centered = x - x.mean(axes, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axes, keepdims=True) + epsilon)


_GAMMA, _SHIFT, _MEAN, _VARIANCE = floats(CHANNELS), floats(CHANNELS), floats(CHANNELS), positives(CHANNELS)
_CHANNEL = (-1, 1, 1)
_STORED = (_X - _MEAN.reshape(_CHANNEL)) / np.sqrt(_VARIANCE.reshape(_CHANNEL) + 1e-3)


def _normalized(axes: tuple[int, ...]) -> Array:
    return _standardized(_X, axes, 1e-3) * _GAMMA.reshape(_CHANNEL) + _SHIFT.reshape(_CHANNEL)


def _add_instance_norm(builder: Any, names: list[str], outputs: list[str]) -> None:
    computed = {"compute_mean_var": True, "instance_normalization": True, "epsilon": 1e-3}
    builder.add_batchnorm("layer", CHANNELS, _GAMMA, _SHIFT, input_name=names[0], output_name=outputs[0], **computed)


def _add_norm_over_the_batch(builder: Any, names: list[str], outputs: list[str]) -> None:
    """The format has it, the builder refuses it."""
    _add_instance_norm(builder, names, outputs)
    builder.spec.neuralNetwork.layers[0].batchnorm.instanceNormalization = False


_PLANE, _VOLUME = floats(1, HEIGHT, WIDTH), floats(CHANNELS, HEIGHT, WIDTH)
NORMALIZE = [
    case(
        "layerNormalization",
        "layer_normalization",
        [_X],
        _standardized(_X, (-2, -1), 1e-3) * _PLANE[0] + 1,
        normalized_shape=[HEIGHT, WIDTH],
        gamma=_PLANE[0],
        beta=np.ones((HEIGHT, WIDTH), np.float32),
        eps=1e-3,
    ),
    case("mvn", "mvn", [_X], _standardized(_X, (-2, -1), 1e-3), across_channels=False, epsilon=1e-3),
    case("mvn", "mvn", [_X], _standardized(_X, (-3, -2, -1), 1e-3), across_channels=True, epsilon=1e-3),
    case("mvn", "mvn", [_X], _X - _X.mean((-2, -1), keepdims=True), across_channels=False, normalize_variance=False),
    case(
        "l2normalize",
        "l2_normalize",
        [_X],
        _X / np.sqrt((_X**2).sum((-3, -2, -1), keepdims=True) + 0.5),
        epsilon=0.5,
    ),
    case(
        "batchnorm",
        "batchnorm",
        [_X],
        _STORED * _GAMMA.reshape(_CHANNEL) + _SHIFT.reshape(_CHANNEL),
        channels=CHANNELS,
        gamma=_GAMMA,
        beta=_SHIFT,
        mean=_MEAN,
        variance=_VARIANCE,
        epsilon=1e-3,
    ),
    LayerCase("batchnorm", _add_instance_norm, [_X], [_normalized((-2, -1))]),
    LayerCase("batchnorm", _add_norm_over_the_batch, [_X], [_normalized((0, -2, -1))]),
    case(
        "scale",
        "scale",
        [_X],
        _X * _GAMMA.reshape(_CHANNEL) + _VOLUME,
        W=_GAMMA,
        b=_VOLUME,
        has_bias=True,
        shape_scale=[CHANNELS],
        shape_bias=[CHANNELS, HEIGHT, WIDTH],
    ),
    case("scale", "scale", [_SMALL], _SMALL * 2, W=np.array([2.0]), b=None, has_bias=False, shape_scale=[1]),
    case("bias", "bias", [_X], _X + _PLANE, b=_PLANE, shape_bias=[1, HEIGHT, WIDTH]),
]

_REDUCTIONS = {
    "reduceL1": ("reduce_l1", lambda x, a, k: np.abs(x).sum(a, keepdims=k)),
    "reduceL2": ("reduce_l2", lambda x, a, k: np.sqrt((x**2).sum(a, keepdims=k))),
    "reduceLogSum": ("reduce_logsum", lambda x, a, k: np.log(x.sum(a, keepdims=k))),
    "reduceLogSumExp": ("reduce_logsumexp", lambda x, a, k: np.log(np.exp(x).sum(a, keepdims=k))),
    "reduceMax": ("reduce_max", lambda x, a, k: x.max(a, keepdims=k)),
    "reduceMean": ("reduce_mean", lambda x, a, k: x.mean(a, keepdims=k)),
    "reduceMin": ("reduce_min", lambda x, a, k: x.min(a, keepdims=k)),
    "reduceProd": ("reduce_prod", lambda x, a, k: x.prod(a, keepdims=k)),
    "reduceSum": ("reduce_sum", lambda x, a, k: x.sum(a, keepdims=k)),
    "reduceSumSquare": ("reduce_sumsquare", lambda x, a, k: (x**2).sum(a, keepdims=k)),
}
_LEGACY_REDUCTIONS = {
    "sum": lambda x: x.sum((-2, -1), keepdims=True),
    "avg": lambda x: x.mean((-2, -1), keepdims=True),
    "prod": lambda x: x.prod((-2, -1), keepdims=True),
    "logsum": lambda x: np.log(x + 0.1).sum((-2, -1), keepdims=True),
    "sumsquare": lambda x: (x**2).sum((-2, -1), keepdims=True),
    "L1": lambda x: np.abs(x).sum((-2, -1), keepdims=True),
    "L2": lambda x: np.sqrt((x**2).sum((-2, -1), keepdims=True)),
    "max": lambda x: x.max((-2, -1), keepdims=True),
    "min": lambda x: x.min((-2, -1), keepdims=True),
}
_P = positives(2, 3, 4)
_SORTED = np.sort(_SMALL, axis=1)
REDUCE = [
    *(
        case(layer, method, [_P], compute(_P, (0, 2), False), axes=[0, 2], keepdims=False, reduce_all=False)
        for layer, (method, compute) in _REDUCTIONS.items()
    ),
    *(
        case(layer, method, [_P], compute(_P, (1,), True), axes=[1], keepdims=True, reduce_all=False)
        for layer, (method, compute) in _REDUCTIONS.items()
    ),
    case("reduceSum", "reduce_sum", [_P], np.array([_P.sum()]), axes=[0], keepdims=False, reduce_all=True),
    *(
        case("reduce", "reduce", [np.abs(_X)], compute(np.abs(_X)), axis="HW", mode=mode, epsilon=0.1)
        for mode, compute in _LEGACY_REDUCTIONS.items()
    ),
    case("reduce", "reduce", [_X], _X.sum((-3, -2, -1), keepdims=True), axis="CHW", mode="sum"),
    case("reduce", "reduce", [_X], _X.argmax(-3)[:, None], axis="C", mode="argmax"),
    case("argMax", "argmax", [_SMALL], _SMALL.argmax(1)[:, None], axis=1, keepdims=True),
    case("argMin", "argmin", [_SMALL], _SMALL.argmin(1), axis=-1, keepdims=False),
    case("argMax", "argmax", [_ROW], np.array([_ROW.argmax()]), axis=0, keepdims=False),
    case(
        "topK",
        "topk",
        [_SMALL],
        [_SORTED[:, :-3:-1], np.argsort(-_SMALL, axis=1)[:, :2]],
        k=2,
        axis=1,
    ),
    case("topK", "topk", [_SMALL], [_SORTED[:, :2], np.argsort(_SMALL, axis=1)[:, :2]], k=2, axis=1, use_bottom_k=True),
    case("argSort", "argsort", [_SMALL], np.argsort(-_SMALL, axis=1), axis=1, descending=True),
    case("cumSum", "cumsum", [_SMALL], np.cumsum(_SMALL, 1), axis=1),
    case(
        "cumSum",
        "cumsum",
        [_SMALL],
        np.cumsum(_SMALL[:, ::-1], 1)[:, ::-1] - _SMALL,
        axis=1,
        reverse=True,
        exclusive=True,
    ),
]

MATH_CASES = [*ACTIVATIONS, *ELEMENTWISE, *BINARY, *LINEAR, *NORMALIZE, *REDUCE]
