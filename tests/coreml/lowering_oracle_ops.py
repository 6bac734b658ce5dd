"""Random cases of every op that coremltools evaluates with numpy, as hypothesis strategies by the op's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from lowering_support import Array, Case

Draw = Callable[[st.SearchStrategy[Any]], Any]
Build = Callable[[Draw], Case]

STRATEGIES: dict[str, st.SearchStrategy[Case]] = {}


def register(*names: str) -> Callable[[Callable[[Draw, str], Case]], Callable[[Draw, str], Case]]:
    """Register one function, which draws a case of the op it is given, for several ops."""

    def register(build: Callable[[Draw, str], Case]) -> Callable[[Draw, str], Case]:
        for name in names:
            STRATEGIES[name] = st.composite(lambda draw, name=name: build(draw, name))()
        return build

    return register


def draw_shapes(least: int = 1, most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    return npst.array_shapes(min_dims=least, max_dims=most, min_side=1, max_side=4)


def draw_floats(draw: Draw, shape: tuple[int, ...], low: float = -4, high: float = 4) -> Array:
    values = draw(npst.arrays(np.int16, shape, elements=st.integers(0, 1000)))
    return (low + (high - low) * values / 1000).astype(np.float32)


def draw_integers(draw: Draw, shape: tuple[int, ...], low: int = -9, high: int = 9) -> Array:
    return np.asarray(draw(npst.arrays(np.int32, shape, elements=st.integers(low, high))))


def _distinct(draw: Draw, shape: tuple[int, ...]) -> Array:
    """Values of which no two are equal, in any order."""
    size = int(np.prod(shape))
    return np.array(draw(st.permutations(range(size))), np.float32).reshape(shape) - size / 3


def draw_axis(draw: Draw, rank: int) -> int:
    return int(draw(st.integers(-rank, rank - 1)))


def _broadcasting(draw: Draw) -> tuple[tuple[int, ...], ...]:
    shapes: tuple[tuple[int, ...], ...] = draw(
        npst.mutually_broadcastable_shapes(num_shapes=2, min_dims=1, max_dims=4, max_side=4)
    ).input_shapes
    return shapes


_DOMAINS = {"acos": (-0.95, 0.95), "asin": (-0.95, 0.95), "atanh": (-0.95, 0.95), "tan": (-1.4, 1.4)}
_DOMAINS |= dict.fromkeys(("sqrt", "log", "rsqrt", "inverse"), (0.1, 9.0))
_UNARY = "abs acos asin atan atanh ceil cos cosh erf exp exp2 floor gelu identity inverse log relu relu6 round rsqrt"
_UNARY += " sigmoid sign sin sinh softplus softsign sqrt square tan tanh"


@register(*_UNARY.split())
def _unary(draw: Draw, name: str) -> Case:
    return Case(name, {"x": draw_floats(draw, draw(draw_shapes()), *_DOMAINS.get(name, (-4, 4)))})


@register("logical_not")
def _not(draw: Draw, name: str) -> Case:
    return Case(name, {"x": draw_integers(draw, draw(draw_shapes()), 0, 1).astype(bool)})


@register("add", "sub", "mul", "maximum", "minimum", "real_div", "mod", "floor_div", "pow")
def _arithmetic(draw: Draw, name: str) -> Case:
    left, right = _broadcasting(draw)
    low = 0.5 if name in ("real_div", "mod", "floor_div", "pow") else -4
    return Case(name, {"x": draw_floats(draw, left, low), "y": draw_floats(draw, right, low)})


@register("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")
def _comparison(draw: Draw, name: str) -> Case:
    left, right = _broadcasting(draw)
    return Case(name, {"x": draw_integers(draw, left, -1, 2), "y": draw_integers(draw, right, -1, 2)})


@register("logical_and", "logical_or", "logical_xor")
def _logic(draw: Draw, name: str) -> Case:
    left, right = _broadcasting(draw)
    return Case(
        name, {"x": draw_integers(draw, left, 0, 1).astype(bool), "y": draw_integers(draw, right, 0, 1).astype(bool)}
    )


_ALPHA = "clamped_relu clip elu leaky_relu linear_activation scaled_tanh sigmoid_hard threshold thresholded_relu"


@register(*_ALPHA.split())
def _with_alpha(draw: Draw, name: str) -> Case:
    constants = {"alpha": np.float32(draw(st.sampled_from([0.1, 0.5, 1.25])))}
    if name in ("clamped_relu", "clip", "linear_activation", "scaled_tanh", "sigmoid_hard"):
        constants["beta"] = np.float32(draw(st.sampled_from([1.5, 2.0])))
    return Case(name, {"x": draw_floats(draw, draw(draw_shapes()))}, constants)


@register("prelu", "softplus_parametric")
def _per_channel(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes(4, 4)))
    constants = {"alpha": draw_floats(draw, x.shape[1:2], 0.1)}
    if name == "softplus_parametric":
        constants["beta"] = draw_floats(draw, x.shape[1:2], 0.1)
    return Case(name, {"x": x}, constants)


_REDUCTIONS = "l1_norm l2_norm log_sum log_sum_exp max mean min prod sum sum_square"


@register(*(f"reduce_{name}" for name in _REDUCTIONS.split()))
def _reduction(draw: Draw, name: str) -> Case:
    shape = draw(draw_shapes())
    axes = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    axes = [axis - len(shape) if draw(st.booleans()) else axis for axis in axes]
    return Case(name, {"x": draw_floats(draw, shape, 0.2, 2)}, {"axes": axes, "keep_dims": draw(st.booleans())})


@register("reduce_argmax", "reduce_argmin")
def _extremum(draw: Draw, name: str) -> Case:
    x = _distinct(draw, draw(draw_shapes(2)))
    return Case(name, {"x": x}, {"axis": draw_axis(draw, x.ndim), "keep_dims": draw(st.booleans())})


@register("argsort")
def _argsort(draw: Draw, name: str) -> Case:
    x = _distinct(draw, draw(draw_shapes()))
    return Case(name, {"x": x}, {"axis": draw_axis(draw, x.ndim), "ascending": draw(st.booleans())})


@register("topk")
def _topk(draw: Draw, name: str) -> Case:
    x = _distinct(draw, draw(draw_shapes()))
    axis = draw_axis(draw, x.ndim)
    constants = {"k": draw(st.integers(1, x.shape[axis])), "axis": axis, "ascending": draw(st.booleans())}
    return Case(name, {"x": x}, constants)


@register("cumsum")
def _cumsum(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    return Case(name, {"x": x}, {"axis": draw(st.integers(0, x.ndim - 1)), "reverse": draw(st.booleans())})


@register("softmax")
def _softmax(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    return Case(name, {"x": x}, {"axis": draw_axis(draw, x.ndim)})


@register("layer_norm")
def _layer_norm(draw: Draw, name: str) -> Case:
    x = _distinct(draw, draw(draw_shapes(2)))  # of equal numbers nothing but the error of their mean would be left
    axes = list(range(draw(st.integers(0, x.ndim - 1)), x.ndim))
    size = tuple(x.shape[axis] for axis in axes)
    return Case(name, {"x": x}, {"axes": axes, "gamma": draw_floats(draw, size), "beta": draw_floats(draw, size)})


@register("l2_norm")
def _l2_norm(draw: Draw, name: str) -> Case:
    return Case(name, {"x": draw_floats(draw, draw(draw_shapes(3)), 0.1)})


@register("matmul")
def _matmul(draw: Draw, name: str) -> Case:
    rows, inner, columns = (draw(st.integers(1, 4)) for _ in range(3))
    flips = {key: draw(st.booleans()) for key in ("transpose_x", "transpose_y")}
    left = (inner, rows) if flips["transpose_x"] else (rows, inner)
    right = (columns, inner) if flips["transpose_y"] else (inner, columns)
    batch = draw(draw_shapes(1, 2))
    return Case(name, {"x": draw_floats(draw, (*batch, *left)), "y": draw_floats(draw, (*batch, *right))}, flips)


@register("linear")
def _linear(draw: Draw, name: str) -> Case:
    x, outputs = draw_floats(draw, draw(draw_shapes())), draw(st.integers(1, 4))
    return Case(
        name, {"x": x}, {"weight": draw_floats(draw, (outputs, x.shape[-1])), "bias": draw_floats(draw, (outputs,))}
    )


@register("einsum")
def _einsum(draw: Draw, name: str) -> Case:
    batch, channels, rows, inner, columns = (draw(st.integers(1, 3)) for _ in range(5))
    values = [draw_floats(draw, (batch, channels, rows, inner)), draw_floats(draw, (batch, inner, rows, columns))]
    return Case(name, {"values": values}, {"equation": "nchw,nwhu->nchu"})


@register("scaled_dot_product_attention")
def _attention(draw: Draw, name: str) -> Case:
    batch, heads, queries, keys, size = (draw(st.integers(1, 3)) for _ in range(5))
    inputs = {
        "query": draw_floats(draw, (batch, heads, queries, size)),
        "key": draw_floats(draw, (batch, heads, keys, size)),
        "value": draw_floats(draw, (batch, heads, keys, size)),
    }
    if draw(st.booleans()):
        inputs["attn_mask"] = draw_floats(draw, (queries, keys))
    return Case(name, inputs, opset="iOS18")


@register("cast")
def _cast(draw: Draw, name: str) -> Case:
    kind = draw(st.sampled_from(["int8", "uint8", "int16", "uint16", "int32", "fp32", "bool"]))
    shape = draw(draw_shapes())
    x = draw_integers(draw, shape, -70_000, 70_000) if draw(st.booleans()) else draw_floats(draw, shape, 0, 100)
    return Case(name, {"x": x}, {"dtype": kind}, opset="iOS17")


@register("select")
def _select(draw: Draw, name: str) -> Case:
    shape = draw(draw_shapes())
    inputs = {
        "cond": draw_integers(draw, shape, 0, 1).astype(bool),
        "a": draw_floats(draw, shape),
        "b": draw_floats(draw, shape),
    }
    return Case(name, inputs)


@register("quantize")
def _quantize(draw: Draw, name: str) -> Case:
    x, kind = draw_floats(draw, draw(draw_shapes()), -300, 300), draw(st.sampled_from(["int8", "uint8"]))
    axis = draw_axis(draw, x.ndim)
    size = x.shape[axis : axis + 1] if axis != -1 else x.shape[-1:]
    constants = {
        "scale": draw_floats(draw, size, 0.5, 4),
        "zero_point": draw_integers(draw, size, 0, 100).astype(kind),
        "output_dtype": kind,
        "axis": axis,
    }
    return Case(name, {"input": x}, constants, opset="iOS17")
