"""Random cases of the ops that move, cut and fill; importing this adds them to `lowering_oracle_ops.STRATEGIES`."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from lowering_oracle_ops import Draw, draw_axis, draw_floats, draw_integers, draw_shapes, register
from lowering_support import Case


@register("band_part")
def _band_part(draw: Draw, name: str) -> Case:
    band = {key: draw(st.integers(-1, 3)) for key in ("lower", "upper")}
    return Case(name, {"x": draw_floats(draw, draw(draw_shapes(2)))}, band)


@register("concat")
def _concat(draw: Draw, name: str) -> Case:
    shape = list(draw(draw_shapes()))
    axis = draw_axis(draw, len(shape))
    values = []
    for _ in range(draw(st.integers(1, 3))):
        shape[axis] = draw(st.integers(1, 3))
        values.append(draw_floats(draw, tuple(shape)))
    return Case(name, {"values": values}, {"axis": axis})


@register("stack")
def _stack(draw: Draw, name: str) -> Case:
    shape = draw(draw_shapes())
    values = [draw_floats(draw, shape) for _ in range(draw(st.integers(1, 3)))]
    return Case(name, {"values": values}, {"axis": draw(st.integers(0, len(shape)))})


@register("split")
def _split(draw: Draw, name: str) -> Case:
    shape = list(draw(draw_shapes()))
    axis = draw_axis(draw, len(shape))
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=3))
    shape[axis] = sum(sizes)
    return Case(name, {"x": draw_floats(draw, tuple(shape))}, {"axis": axis, "split_sizes": sizes})


@register("reshape")
def _reshape(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    shape = list(draw(st.permutations(x.shape)))
    if draw(st.booleans()):
        shape[draw(st.integers(0, len(shape) - 1))] = -1
    return Case(name, {"x": x}, {"shape": shape})


@register("transpose")
def _transpose(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    return Case(name, {"x": x}, {"perm": draw(st.permutations(range(x.ndim)))})


@register("expand_dims")
def _expand_dims(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes(1, 3)))
    axes = sorted(draw(st.lists(st.integers(0, x.ndim), min_size=1, max_size=2, unique=True)))
    return Case(name, {"x": x}, {"axes": axes})


@register("squeeze")
def _squeeze(draw: Draw, name: str) -> Case:
    shape = [3, *draw(draw_shapes(1, 3))]
    axis = draw(st.integers(1, len(shape) - 1))
    shape[axis] = 1
    chosen = axis - len(shape) if draw(st.booleans()) else axis
    return Case(name, {"x": draw_floats(draw, tuple(shape))}, {"axes": [chosen]})


@register("flatten2d")
def _flatten2d(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes(2)))
    axis = draw(st.integers(1, x.ndim - 1))  # coremltools' evaluation fails where one side has no axes
    return Case(name, {"x": x}, {"axis": axis - x.ndim if draw(st.booleans()) else axis})


@register("reverse")
def _reverse(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    return Case(name, {"x": x}, {"axes": draw(st.lists(st.integers(0, x.ndim - 1), min_size=1, unique=True))})


@register("tile")
def _tile(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes(1, 3)))
    return Case(name, {"x": x}, {"reps": [draw(st.integers(1, 3)) for _ in x.shape]})


@register("pad")
def _pad(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes(1, 3)))
    mode = draw(st.sampled_from(["constant", "reflect", "replicate"]))
    sizes = [
        draw(st.integers(0, size - 1 if mode == "reflect" else 2)) for size in x.shape[-2:] for _ in ("before", "after")
    ]
    return Case(name, {"x": x}, {"pad": sizes, "mode": mode, "constant_val": np.float32(1.5)})


@register("gather")
def _gather(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    axis = draw_axis(draw, x.ndim)
    old = draw(st.booleans())
    size = x.shape[axis]
    indices = draw_integers(draw, draw(draw_shapes(0, 2)), -size if old else 0, size - 1)
    return Case(name, {"x": x, "indices": indices}, {"axis": axis}, opset="iOS16" if old else "iOS17")


@register("gather_along_axis")
def _gather_along_axis(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    axis = draw_axis(draw, x.ndim)
    shape = list(x.shape)
    shape[axis] = draw(st.integers(1, 4))
    return Case(name, {"x": x, "indices": draw_integers(draw, tuple(shape), 0, x.shape[axis] - 1)}, {"axis": axis})


@register("scatter_along_axis")
def _scatter_along_axis(draw: Draw, name: str) -> Case:
    data = draw_floats(draw, draw(draw_shapes()))
    axis = draw_axis(draw, data.ndim)
    size = data.shape[axis]
    places = np.array(draw(st.permutations(range(size)))[: draw(st.integers(1, size))], np.int32)
    shape = [1] * data.ndim
    shape[axis] = len(places)
    full = list(data.shape)
    full[axis] = len(places)
    indices = np.broadcast_to(places.reshape(shape), full).copy()
    inputs = {"data": data, "indices": indices, "updates": draw_floats(draw, tuple(full))}
    return Case(name, inputs, {"axis": axis, "mode": "update"}, opset=draw(st.sampled_from(["iOS15", "iOS17"])))


def _slices(draw: Draw, shape: tuple[int, ...]) -> tuple[dict[str, list[int]], tuple[slice, ...]]:
    """Draw begins, ends and strides that leave something of every axis, and the slices that they mean."""
    constants: dict[str, list[int]] = {"begin": [], "end": [], "stride": []}
    for size in shape:
        begin = draw(st.integers(0, size - 1))
        constants["begin"].append(begin - size if draw(st.booleans()) else begin)
        constants["end"].append(draw(st.integers(begin + 1, size)))
        constants["stride"].append(draw(st.integers(1, 3)))
    return constants, tuple(map(slice, *constants.values()))


@register("slice_by_index")
def _slice_by_index(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    masks = {key: [draw(st.booleans()) for _ in x.shape] for key in ("begin_mask", "end_mask")}
    return Case(name, {"x": x}, {**_slices(draw, x.shape)[0], **masks})


@register("slice_update")
def _slice_update(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    constants, chosen = _slices(draw, x.shape)
    return Case(name, {"x": x, "update": draw_floats(draw, x[chosen].shape)}, dict(constants), opset="iOS18")


@register("slice_by_size")
def _slice_by_size(draw: Draw, name: str) -> Case:
    x = draw_floats(draw, draw(draw_shapes()))
    begin = [draw(st.integers(0, size - 1)) for size in x.shape]
    sizes = [draw(st.integers(1, size - first)) for size, first in zip(x.shape, begin, strict=True)]
    return Case(name, {"x": x}, {"begin": begin, "size": sizes})


@register("fill")
def _fill(draw: Draw, name: str) -> Case:
    value = draw(st.sampled_from([np.float32(2.5), np.int32(3)]))
    return Case(name, {}, {"shape": list(draw(draw_shapes())), "value": value})


@register("fill_like")
def _fill_like(draw: Draw, name: str) -> Case:
    return Case(name, {"ref_tensor": draw_floats(draw, draw(draw_shapes()))}, {"value": np.float32(0.5)}, opset="iOS16")


@register("range_1d")
def _range_1d(draw: Draw, name: str) -> Case:
    start, count = draw(st.integers(-5, 5)), draw(st.integers(1, 6))
    step = draw(st.sampled_from([-2, -1, 1, 3]))
    return Case(name, {}, {"start": start, "end": start + count * step, "step": step})


@register("non_zero")
def _non_zero(draw: Draw, name: str) -> Case:
    return Case(name, {"x": draw_integers(draw, draw(draw_shapes()), -1, 1).astype(np.float32)})


@register("shape")
def _shape(draw: Draw, name: str) -> Case:
    return Case(name, {"x": draw_floats(draw, draw(draw_shapes()))})
