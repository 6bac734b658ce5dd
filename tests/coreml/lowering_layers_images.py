"""Layers over height, width and depth: what must come out, by plain loops in numpy that follow the specification."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from lowering_layer_case import CHANNELS, HEIGHT, WIDTH, LayerCase, case, floats
from lowering_support import Array

_X = floats(2, CHANNELS, HEIGHT, WIDTH)
_VOLUME = floats(2, 4, 3, 4, 5)
_BIAS = floats(6)


def _spread(x: Array, kernel: Array, groups: int, stride: Sequence[int]) -> Array:
    """A deconvolution that takes nothing away: add a scaled kernel [in, out / groups, *size] at every place."""
    batch, channels, *space = x.shape
    size = kernel.shape[2:]
    per_group = kernel.shape[1]
    result = np.zeros(
        (batch, per_group * groups, *((n - 1) * s + k for n, s, k in zip(space, stride, size, strict=True)))
    )
    for channel, place in itertools.product(range(channels), np.ndindex(*space)):
        group = channel // (channels // groups)
        window = tuple(slice(p * s, p * s + k) for p, s, k in zip(place, stride, size, strict=True))
        outputs = slice(group * per_group, (group + 1) * per_group)
        values = x[(slice(None), channel, *place)].reshape(-1, *[1] * (1 + len(size)))
        result[(slice(None), outputs, *window)] += values * kernel[channel]
    return result


def _convolve(x: Array, kernel: Array, groups: int, stride: Sequence[int]) -> Array:
    """A convolution without margins; kernel [out, in / groups, *size]."""
    size = kernel.shape[2:]
    axes = tuple(range(-len(size), 0))
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axes)
    windows = windows[(..., *(slice(None, None, step) for step in stride), *[slice(None)] * len(size))]
    inputs, outputs = kernel.shape[1], kernel.shape[0] // groups
    parts = [
        np.tensordot(
            windows[:, group * inputs : (group + 1) * inputs],
            kernel[group * outputs : (group + 1) * outputs],
            ([1, *axes], list(range(1, kernel.ndim))),
        )
        for group in range(groups)
    ]
    return np.moveaxis(np.concatenate(parts, -1), -1, 1)


def _deconvolution(expected: Array, kernel: Array, groups: int = 1, **options: Any) -> LayerCase:
    sizes = {"height": kernel.shape[2], "width": kernel.shape[3], "stride_height": 2, "stride_width": 1}
    weights = {"W": kernel.transpose(2, 3, 0, 1), "kernel_channels": len(kernel), "groups": groups, "is_deconv": True}
    outputs = kernel.shape[1] * groups
    bias = {"b": _BIAS[:outputs], "has_bias": True, "output_channels": outputs, "border_mode": "valid"}
    wanted = expected + _BIAS[:outputs, None, None]
    return case("convolution", "convolution", [_X], wanted, **(sizes | weights | bias | options))


_UP = floats(CHANNELS, 2, 3, 4)
_WHOLE = _spread(_X, _UP, 1, (2, 1))  # [2, 2, 9, 8]
_UP_GROUPED = floats(CHANNELS, 2, 3, 2)
_DILATED = np.zeros((CHANNELS, 2, 3, 7), np.float32)
_DILATED[..., ::2] = _UP
DECONVOLUTIONS = [
    _deconvolution(_WHOLE, _UP),
    _deconvolution(_WHOLE[:, :, 1:-2, 2:-1], _UP, padding_top=1, padding_bottom=2, padding_left=2, padding_right=1),
    _deconvolution(_WHOLE[:, :, :-1, 1:-2], _UP, border_mode="same"),
    _deconvolution(_WHOLE[:, :, 1:, 2:-1], _UP, border_mode="same", same_padding_asymmetry_mode="TOP_LEFT_HEAVY"),
    _deconvolution(_WHOLE[:, :, 1:, :6], _UP, padding_top=1, padding_bottom=1, output_shape=(8, 6)),
    _deconvolution(np.pad(_WHOLE, [(0, 0), (0, 0), (0, 1), (0, 0)]), _UP, output_shape=(10, 8)),
    _deconvolution(_spread(_X, _UP_GROUPED, 3, (2, 1)), _UP_GROUPED, groups=3),
    _deconvolution(_spread(_X, _DILATED, 1, (2, 1)), _UP, dilation_factors=[1, 2]),
]


def _volume_convolution(expected: Array, kernel: Array, groups: int, deconv: bool = False, **options: Any) -> LayerCase:
    depth, height, width = kernel.shape[2:]
    outputs = kernel.shape[1] * groups if deconv else kernel.shape[0]
    return case(
        "convolution3d",
        "convolution3d",
        [_VOLUME],
        expected + _BIAS[:outputs, None, None, None],
        input_channels=4,
        output_channels=outputs,
        depth=depth,
        height=height,
        width=width,
        W=kernel.transpose(1, 0, 2, 3, 4) if deconv else kernel,
        b=_BIAS[:outputs],
        has_bias=True,
        groups=groups,
        is_deconv=deconv,
        **options,
    )


def _padded(x: Array, *margins: tuple[int, int], value: float = 0.0) -> Array:
    return np.pad(x, [(0, 0)] * (x.ndim - len(margins)) + list(margins), constant_values=value)


_KERNEL_3D, _GROUPED_3D = floats(6, 4, 2, 3, 2), floats(6, 2, 2, 3, 2)
_UP_3D = floats(4, 3, 2, 2, 3)
_STRIDES = {"stride_depth": 1, "stride_height": 2, "stride_width": 1}
_CUSTOM = {
    "padding_mode": "custom",
    "padding_front": 1,
    "padding_back": 0,
    "padding_top": 0,
    "padding_bottom": 2,
    "padding_left": 1,
    "padding_right": 1,
}
_SPREAD_3D = _spread(_VOLUME, _UP_3D, 1, (1, 2, 1))  # [2, 3, 4, 8, 7]
_SPREAD_GROUPED_3D = _spread(_VOLUME, _UP_3D, 2, (1, 2, 1))
VOLUMES = [
    _volume_convolution(_convolve(_VOLUME, _KERNEL_3D, 1, (1, 2, 1)), _KERNEL_3D, 1, **_STRIDES),
    _volume_convolution(
        _convolve(_padded(_VOLUME, (1, 0), (0, 2), (1, 1)), _GROUPED_3D, 2, (1, 2, 1)),
        _GROUPED_3D,
        2,
        **_STRIDES,
        **_CUSTOM,
    ),
    _volume_convolution(
        _convolve(_padded(_VOLUME, (0, 1), (0, 1), (0, 1)), _KERNEL_3D, 1, (1, 2, 1)),
        _KERNEL_3D,
        1,
        padding_mode="same",
        **_STRIDES,
    ),
    _volume_convolution(_SPREAD_3D, _UP_3D, 1, deconv=True, **_STRIDES),
    _volume_convolution(_SPREAD_3D[:, :, 1:, :-2, 1:-1], _UP_3D, 1, deconv=True, **_STRIDES, **_CUSTOM),
    _volume_convolution(_SPREAD_3D[:, :, :-1, :, 1:-1], _UP_3D, 1, deconv=True, padding_mode="same", **_STRIDES),
    _volume_convolution(_SPREAD_GROUPED_3D, _UP_3D, 2, deconv=True, **_STRIDES),
]


def _windows(x: Array, size: Sequence[int], step: Sequence[int]) -> Array:
    axes = tuple(range(-len(size), 0))
    windows = np.lib.stride_tricks.sliding_window_view(x, tuple(size), axes)
    windows = windows[(..., *(slice(None, None, every) for every in step), *[slice(None)] * len(size))]
    return windows.reshape(*windows.shape[: -len(size)], -1)


def _pool_3d(expected: Array, kind: str, **options: Any) -> LayerCase:
    sizes = {"kernel_depth": 2, "kernel_height": 2, "kernel_width": 3}
    strides = {"stride_depth": 1, "stride_height": 2, "stride_width": 2}
    return case("pooling3d", "pooling3d", [_VOLUME], expected, pooling_type=kind, **sizes, **strides, **options)


_SIZE, _STEP = (2, 2, 3), (1, 2, 2)
_EDGES = {"front": 1, "back": 0, "top": 0, "bottom": 1, "left": 1, "right": 2}
_POOL_CUSTOM = {"padding_mode": "custom", **{f"custom_padding_{edge}": size for edge, size in _EDGES.items()}}
_AROUND = ((1, 0), (0, 1), (1, 2))
_SAME = ((0, 1), (0, 0), (1, 1))
POOLED_VOLUMES = [
    _pool_3d(_windows(_VOLUME, _SIZE, _STEP).max(-1), "MAX"),
    _pool_3d(_windows(_padded(_VOLUME, *_AROUND, value=-np.inf), _SIZE, _STEP).max(-1), "MAX", **_POOL_CUSTOM),
    _pool_3d(_windows(_padded(_VOLUME, *_AROUND), _SIZE, _STEP).mean(-1), "AVERAGE", **_POOL_CUSTOM),
    _pool_3d(
        np.nanmean(_windows(_padded(_VOLUME, *_AROUND, value=np.nan), _SIZE, _STEP), -1),
        "AVERAGE",
        average_pooling_count_excludes_padding=True,
        **_POOL_CUSTOM,
    ),
    _pool_3d(_windows(_padded(_VOLUME, *_SAME), _SIZE, _STEP).mean(-1), "AVERAGE", padding_mode="same"),
    case("globalPooling3d", "global_pooling3d", [_VOLUME], _VOLUME.max((2, 3, 4), keepdims=True), pooling_type="MAX"),
    case(
        "globalPooling3d", "global_pooling3d", [_VOLUME], _VOLUME.mean((2, 3, 4), keepdims=True), pooling_type="AVERAGE"
    ),
]


def _to_the_last_pixel(kind: str, reduce: Callable[[Array], Array], x: Array, size: int, step: int, **options: Any):
    """A margin of 1 on all sides; the last window may reach beyond it."""
    height, width = x.shape[-2:]
    reduced = np.empty((*x.shape[:-2], *(_count(length, size, step) for length in (height, width))))
    for row, column in np.ndindex(*reduced.shape[-2:]):
        window = [slice(max(n * step - 1, 0), n * step - 1 + size) for n in (row, column)]
        inside = x[..., window[0], window[1]].reshape(*x.shape[:-2], -1)
        counted = [
            min(n * step + size, length + 2) - n * step
            for n, length in zip((row, column), (height, width), strict=True)
        ]
        margin = 0 if options.get("exclude_pad_area", True) else counted[0] * counted[1] - inside.shape[-1]
        reduced[..., row, column] = reduce(np.pad(inside, [(0, 0)] * (x.ndim - 2) + [(0, margin)]))
    sizes = {"height": size, "width": size, "stride_height": step, "stride_width": step}
    margins = {f"padding_{edge}": 1 for edge in ("top", "bottom", "left", "right")}
    kinds = {"layer_type": kind, "padding_type": "INCLUDE_LAST_PIXEL"}
    return case("pooling", "pooling", [x], reduced, **sizes, **margins, **kinds, **options)


def _count(length: int, size: int, step: int) -> int:
    count = int(np.ceil((length + 2 - size) / step)) + 1
    return count - 1 if (count - 1) * step >= length + 1 else count


_LAST_PIXEL = [
    _to_the_last_pixel("MAX", lambda x: x.max(-1), _X, size, step) for size, step in [(3, 2), (2, 3), (2, 2), (3, 3)]
]
_LAST_PIXEL += [
    _to_the_last_pixel("AVERAGE", lambda x: x.mean(-1), _X, 3, 2, exclude_pad_area=excluded)
    for excluded in (True, False)
]


def _interpolated(x: Array, rows: Array, columns: Array) -> Array:
    """Interpolate linearly at places along the last two axes."""
    for axis, places in ((-2, rows), (-1, columns)):
        size = x.shape[axis]
        x = np.apply_along_axis(lambda line, at=places, n=size: np.interp(at, np.arange(n), line), axis, x)
    return x


_METHODS: dict[str, Callable[[int, int], Array]] = {
    "STRICT_ALIGN_ENDPOINTS_MODE": lambda size, count: np.linspace(0, size - 1, count),
    "ALIGN_ENDPOINTS_MODE": lambda size, count: (
        np.array([(size - 1) / 2]) if count == 1 else np.linspace(0, size - 1, count)
    ),
    "UPSAMPLE_MODE": lambda size, count: np.minimum(size - 1, np.linspace(0, size - size / count, count)),
    "ROI_ALIGN_MODE": lambda size, count: np.minimum(
        size - 1, max(1, size - 1) / count * (0.5 + np.arange(count, dtype=float))
    ),
}
_UPSAMPLED: dict[str, Callable[[int, int], Array]] = {
    "DEFAULT": lambda size, count: np.arange(count) * ((size - size / count) / (count - 1)),
    "ALIGN_CORNERS_TRUE": lambda size, count: np.arange(count) * ((size - 1) / (count - 1)),
    "ALIGN_CORNERS_FALSE": lambda size, count: (np.arange(count) + 0.5) * (size / count) - 0.5,
}


def _upsample(mode: str, factors: tuple[float, float]) -> LayerCase:
    places = [_UPSAMPLED[mode](size, int(size * factor)) for size, factor in zip((HEIGHT, WIDTH), factors, strict=True)]
    options = {"scaling_factor_h": factors[0], "scaling_factor_w": factors[1], "linear_upsample_mode": mode}
    return case("upsample", "upsample", [_X], _interpolated(_X, *places), mode="BILINEAR", **options)


RESIZED = [
    case(
        "upsample", "upsample", [_X], _X.repeat(2, -2).repeat(3, -1), scaling_factor_h=2, scaling_factor_w=3, mode="NN"
    ),
    *(_upsample(mode, (2, 3)) for mode in _UPSAMPLED),
    *(_upsample(mode, (1.5, 2.25)) for mode in ("ALIGN_CORNERS_TRUE", "ALIGN_CORNERS_FALSE")),
    *(
        case(
            "resizeBilinear",
            "resize_bilinear",
            [_X],
            _interpolated(_X, grid(HEIGHT, height), grid(WIDTH, width)),
            target_height=height,
            target_width=width,
            mode=mode,
        )
        for mode, grid in _METHODS.items()
        for height, width in ((7, 3), (1, 9))
    ),
]

_IMAGES = floats(1, 2, CHANNELS, HEIGHT, WIDTH)
_BOXES = np.array([[0.5, 1, 2.5, 3], [0, 0.25, 3, 4], [2, 3, 2, 3]], np.float32)  # top, left, bottom, right


def _cropped(image: Array, box: Array, mode: str, size: tuple[int, int]) -> Array:
    """Resize the part from the first to the last coordinate as if it were a whole image."""
    places = []
    for first, last, count in zip(box[:2], box[2:], size, strict=True):
        places.append(first + _METHODS[mode](last - first + 1, count))
    return _interpolated(image, *places)


def _crop_resize(boxes: Array, expected: list[Array], size: tuple[int, int], **options: Any) -> LayerCase:
    blob = boxes.reshape(len(boxes), 1, -1, 1, 1).astype(np.float32)
    return case(
        "cropResize",
        "crop_resize",
        [_IMAGES, blob],
        np.stack(expected),
        target_height=size[0],
        target_width=size[1],
        **options,
    )


_CENTERED = np.concatenate([(_BOXES[:, :2] + _BOXES[:, 2:]) / 2, _BOXES[:, 2:] - _BOXES[:, :2]], 1)
_SCALES = np.array([HEIGHT - 1, WIDTH - 1, HEIGHT - 1, WIDTH - 1])
_WIDTH_FIRST = [1, 0, 3, 2]
_STRICT = [_cropped(_IMAGES[0], box, "STRICT_ALIGN_ENDPOINTS_MODE", (2, 3)) for box in _BOXES]
CROPPED = [
    *(
        _crop_resize(_BOXES, [_cropped(_IMAGES[0], box, mode, size) for box in _BOXES], size, mode=mode)
        for mode in _METHODS
        for size in ((2, 3), (1, 1))
    ),
    _crop_resize(_BOXES[:, _WIDTH_FIRST], _STRICT, (2, 3), box_indices_mode="CORNERS_WIDTH_FIRST"),
    _crop_resize(_CENTERED, _STRICT, (2, 3), box_indices_mode="CENTER_SIZE_HEIGHT_FIRST"),
    _crop_resize(_CENTERED[:, _WIDTH_FIRST], _STRICT, (2, 3), box_indices_mode="CENTER_SIZE_WIDTH_FIRST"),
    _crop_resize(_BOXES / _SCALES, _STRICT, (2, 3), normalized_roi=True),
    _crop_resize(_BOXES * 4, _STRICT, (2, 3), spatial_scale=0.25),
    _crop_resize(
        np.concatenate([np.array([[1], [0], [1]]), _BOXES], 1),
        [values[[image]] for values, image in zip(_STRICT, (1, 0, 1), strict=True)],
        (2, 3),
    ),
]

_SQUARES = floats(2, 8, 2, 4)
_BLOCKS = np.arange(1.0, 17.0, dtype=np.float32).reshape(8, 1, 2)
_TO_SPACE = np.array(
    [[[1, 5, 2, 6], [9, 13, 10, 14]], [[3, 7, 4, 8], [11, 15, 12, 16]]], np.float32
)  # the specification's example, as is the next
_SHUFFLED = np.array([[[1, 3, 2, 4], [5, 7, 6, 8]], [[9, 11, 10, 12], [13, 15, 14, 16]]], np.float32)


def _response(x: Array, size: int) -> Array:
    """Sums of squares over `size` channels around each."""
    low = size // 2
    return np.stack(
        [(x[:, max(channel - low, 0) : channel - low + size] ** 2).sum(1) for channel in range(x.shape[1])],
        1,
    )


REARRANGED = [
    case("reorganizeData", "reorganize_data", [_BLOCKS], _TO_SPACE, mode="DEPTH_TO_SPACE", block_size=2),
    case("reorganizeData", "reorganize_data", [_TO_SPACE], _BLOCKS, mode="SPACE_TO_DEPTH", block_size=2),
    case("reorganizeData", "reorganize_data", [_BLOCKS], _SHUFFLED, mode="PIXEL_SHUFFLE", block_size=2),
    case("crop", "crop", [_X], _X[..., 1:-1, 0:-2], left=0, right=2, top=1, bottom=1, offset=[]),
    case(
        "crop",
        "crop",
        [_X, floats(2, CHANNELS, 2, 3)],
        _X[..., 1:3, 2:5],
        left=0,
        right=0,
        top=0,
        bottom=0,
        offset=[1, 2],
    ),
    case(
        "lrn",
        "lrn",
        [_SQUARES],
        _SQUARES / (2 + 0.5 / 3 * _response(_SQUARES, 3)) ** 0.75,
        alpha=0.5,
        beta=0.75,
        local_size=3,
        k=2.0,
    ),
    case("lrn", "lrn", [_X], _X / (1 + 2.0 / 5 * _response(_X, 5)) ** 3, alpha=2.0, beta=3.0, local_size=5),
    case(
        "constantPad",
        "constant_pad",
        [_X],
        np.pad(_X, [(0, 0), (0, 2), (3, 0), (0, 0)], constant_values=1.5),
        value=1.5,
        pad_to_given_output_size_mode=True,
        pad_amounts=[0, 0, 0, 5, 7, 0, 0, 0],
    ),
]

IMAGE_CASES = [*DECONVOLUTIONS, *VOLUMES, *POOLED_VOLUMES, *_LAST_PIXEL, *RESIZED, *CROPPED, *REARRANGED]
