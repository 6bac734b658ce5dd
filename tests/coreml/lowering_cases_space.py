"""Cases of the ops on images and other arrays with axes of space; see `lowering_cases`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from lowering_support import Array, Case
from torch.nn import functional

_RNG = np.random.default_rng(17)


def _floats(*shape: int) -> Array:
    return _RNG.normal(size=shape).astype(np.float32)


def _torch(compute: Any, *arrays: Array) -> list[Array]:
    return [compute(*map(torch.from_numpy, arrays)).numpy()]


def _row(*values: float) -> Array:
    return np.array(values, np.float32).reshape(1, 1, 1, -1)


_LINE, _IMAGE, _VOLUME = _floats(2, 3, 9), _floats(2, 3, 7, 8), _floats(1, 2, 5, 6, 4)
_CUSTOM = {"pad_type": "custom", "pad": [1, 1, 0, 0]}
_ASYMMETRIC = {"pad_type": "custom", "pad": [1, 0, 0, 2]}


def _padded(x: torch.Tensor, value: float = 0.0) -> torch.Tensor:
    return functional.pad(x, (0, 2, 1, 0), value=value)


POOL = [
    Case(
        "max_pool",
        {"x": _LINE},
        {"kernel_sizes": [3], "strides": [2], "pad_type": "valid"},
        _torch(lambda x: functional.max_pool1d(x, 3, 2), _LINE),
    ),
    Case(
        "max_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [3, 2], "strides": [2, 3], "ceil_mode": True, **_CUSTOM},
        _torch(lambda x: functional.max_pool2d(x, (3, 2), (2, 3), (1, 0), ceil_mode=True), _IMAGE),
    ),
    Case(
        "max_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [2, 2], **_ASYMMETRIC},
        _torch(lambda x: functional.max_pool2d(_padded(x, float("-inf")), 2, 1), _IMAGE),
    ),
    Case(
        "max_pool",
        {"x": _VOLUME},
        {"kernel_sizes": [2, 3, 2], "pad_type": "valid"},
        _torch(lambda x: functional.max_pool3d(x, (2, 3, 2), 1), _VOLUME),
    ),
    Case(
        "avg_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [3, 2], "strides": [2, 3], **_CUSTOM},
        _torch(lambda x: functional.avg_pool2d(x, (3, 2), (2, 3), (1, 0)), _IMAGE),
    ),
    Case(
        "avg_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [3, 2], "strides": [2, 2], "exclude_padding_from_average": True, **_CUSTOM},
        _torch(lambda x: functional.avg_pool2d(x, (3, 2), 2, (1, 0), count_include_pad=False), _IMAGE),
    ),
    Case(
        "avg_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [3, 3], "strides": [2, 2], "ceil_mode": True, **_CUSTOM},
        _torch(lambda x: functional.avg_pool2d(x, 3, 2, (1, 0), ceil_mode=True), _IMAGE),
    ),
    Case(
        "avg_pool",
        {"x": _LINE},
        {"kernel_sizes": [4], "strides": [2], "pad_type": "same_lower", "exclude_padding_from_average": True},
        _torch(
            lambda x: (
                functional.avg_pool1d(functional.pad(x, (2, 1)), 4, 2)
                / functional.avg_pool1d(functional.pad(torch.ones(1, 1, 9), (2, 1)), 4, 2)
            ),
            _LINE,
        ),
        "iOS16",
    ),
    Case(
        "l2_pool",
        {"x": _IMAGE},
        {"kernel_sizes": [2, 2], **_ASYMMETRIC},
        _torch(lambda x: functional.lp_pool2d(_padded(x), 2.0, 2, 1), _IMAGE),
    ),
]

_KERNEL, _GROUPED, _CUBE = _floats(3, 4, 3), _floats(3, 2, 3, 2), _floats(2, 3, 2, 2, 2)
_BIAS = np.array([1, 2, 3, 4, 5, 6], np.float32)
TRANSPOSED = [
    Case(
        "conv_transpose",
        {"x": _LINE},
        {"weight": _KERNEL, "bias": _BIAS[:4], "strides": [2]},
        _torch(lambda x, w, b: functional.conv_transpose1d(x, w, b, stride=2), _LINE, _KERNEL, _BIAS[:4]),
    ),
    Case(
        "conv_transpose",
        {"x": _IMAGE},
        {
            "weight": _GROUPED,
            "bias": _BIAS,
            "groups": 3,
            "strides": [2, 3],
            "dilations": [2, 1],
            "pad_type": "custom",
            "pad": [1, 2, 0, 1],
        },
        _torch(
            lambda x, w, b: functional.conv_transpose2d(x, w, b, (2, 3), groups=3, dilation=(2, 1))[..., 1:-2, :-1],
            _IMAGE,
            _GROUPED,
            _BIAS,
        ),
    ),
    Case(
        "conv_transpose",
        {"x": _IMAGE},
        {"weight": _GROUPED, "groups": 3, "strides": [2, 2], "pad_type": "same"},
        _torch(
            lambda x, w: functional.conv_transpose2d(x, w, None, 2, groups=3)[..., :-1, :],
            _IMAGE,
            _GROUPED,
        ),
    ),
    Case(
        "conv_transpose",
        {"x": _LINE},
        {"weight": _KERNEL, "strides": [4], "output_shape": [2, 4, 36]},
        _torch(lambda x, w: functional.conv_transpose1d(x, w, None, 4, output_padding=1), _LINE, _KERNEL),
    ),
    Case(
        "conv_transpose",
        {"x": _VOLUME},
        {"weight": _CUBE, "strides": [2, 1, 1]},
        _torch(lambda x, w: functional.conv_transpose3d(x, w, None, (2, 1, 1)), _VOLUME, _CUBE),
    ),
]

_EIGHT = np.arange(8, dtype=np.float32).reshape(1, 8, 1, 1)
_DEEP = np.array([[[[0, 2], [4, 6]], [[1, 3], [5, 7]]]], np.float32)
_FOUR = np.array([[[[1, 2], [3, 4]]]], np.float32)
REARRANGE = [
    Case("depth_to_space", {"x": _EIGHT}, {"block_size": 2}, [_DEEP]),
    Case("space_to_depth", {"x": _DEEP}, {"block_size": 2}, [_EIGHT]),
    Case(
        "space_to_batch",
        {"x": _FOUR},
        {"block_shape": [2, 1], "paddings": [[0, 0], [1, 0]]},
        [np.array([[[[0, 1, 2]]], [[[0, 3, 4]]]], np.float32)],
    ),
    Case(
        "batch_to_space",
        {"x": np.array([[[[0, 1, 2]]], [[[0, 3, 4]]]], np.float32)},
        {"block_shape": [2, 1], "crops": [[0, 0], [1, 0]]},
        [_FOUR],
    ),
    Case("crop", {"x": _IMAGE}, {"crop_height": [1, 2], "crop_width": [0, 3]}, [_IMAGE[..., 1:-2, :-3]]),
]

_TWO = _row(0, 1)
_POSITIONS = {
    "DEFAULT": (0, 0.4, 0.8, 1, 1),
    "STRICT_ALIGN_CORNERS": (0, 0.25, 0.5, 0.75, 1),
    "ALIGN_CORNERS": (0, 0.25, 0.5, 0.75, 1),
    "OFFSET_CORNERS": (0.1, 0.3, 0.5, 0.7, 0.9),
    "UNALIGN_CORNERS": (0, 0.1, 0.5, 0.9, 1),
}
RESIZE = [
    *(
        Case(
            "resize_bilinear",
            {"x": _TWO},
            {"target_size_height": 1, "target_size_width": 5, "sampling_mode": mode},
            [_row(*places)],
        )
        for mode, places in _POSITIONS.items()
    ),
    Case(
        "resize_bilinear",
        {"x": _row(1, 3, 8)},
        {"target_size_height": 1, "target_size_width": 1, "sampling_mode": "ALIGN_CORNERS"},
        [_row(3)],
    ),
    Case(
        "resize_bilinear",
        {"x": _row(1, 3, 8)},
        {"target_size_height": 1, "target_size_width": 1, "sampling_mode": "STRICT_ALIGN_CORNERS"},
        [_row(1)],
    ),
    *(
        Case(
            "upsample_bilinear",
            {"x": _IMAGE},
            {"scale_factor_height": np.float32(2.5), "scale_factor_width": np.float32(3), "align_corners": aligned},
            _torch(
                lambda x, aligned=aligned: functional.interpolate(x, (17, 24), mode="bilinear", align_corners=aligned),
                _IMAGE,
            ),
        )
        for aligned in (False, True)
    ),
    Case(
        "upsample_bilinear",
        {"x": _TWO},
        {"scale_factor_width": np.float32(2.5), "align_corners": False, "half_pixel_centers": False},
        [_row(0, 0.4, 0.8, 1, 1)],
        "iOS16",
    ),
    Case(
        "upsample_nearest_neighbor",
        {"x": _IMAGE},
        {"scale_factor_height": 3, "scale_factor_width": 2},
        [_IMAGE.repeat(3, 2).repeat(2, 3)],
    ),
    Case(
        "resize_nearest_neighbor",
        {"x": _row(1, 2, 3)},
        {"target_size_height": 2, "target_size_width": 2},
        [_row(1, 3).repeat(2, 2)],
    ),
    Case(
        "resize",
        {"x": _row(1, 2, 3)},
        {"shape": [9, 1, 2], "resized_dims": np.uint32(2), "interpolation_mode": "NEAREST_NEIGHBOR"},
        [_row(1, 3)],
        "iOS17",
    ),
    Case("resize", {"x": _TWO}, {"shape": [1, 5], "resized_dims": np.uint32(1)}, [_row(0, 0.4, 0.8, 1, 1)], "iOS17"),
]

_PLACES = _RNG.uniform(-1.6, 1.6, size=(2, 3, 4, 2)).astype(np.float32)
_MAP = np.array([[0.9, 0.2, 0.1, -0.3, 1.1, 0.0], [0.5, 0, 0, 0, 0.5, 0.2]], np.float32)


def _resampled(padding: str, aligned: bool, torchs: str, mode: str = "bilinear") -> Case:
    return Case(
        "resample",
        {"x": _IMAGE, "coordinates": _PLACES},
        {
            "sampling_mode": mode,
            "padding_mode": padding,
            "padding_value": np.float32(0),
            "coordinates_mode": "normalized_minus_one_to_one",
            "align_corners": aligned,
        },
        _torch(lambda x, g: functional.grid_sample(x, g, mode, torchs, aligned), _IMAGE, _PLACES),
    )


_RAMP = (10 * np.arange(5)[:, None] + np.arange(6)).astype(np.float32).reshape(1, 1, 5, 6)


def _ramp(rows: list[float], columns: list[float]) -> Array:
    return (10 * np.array(rows)[:, None] + np.array(columns)).astype(np.float32)


RESAMPLE = [
    _resampled("constant", True, "zeros"),
    _resampled("border", False, "border"),
    _resampled("reflection", True, "reflection"),
    _resampled("symmetric", False, "reflection"),
    _resampled("border", False, "border", "nearest"),
    Case(
        "affine",
        {"x": _IMAGE, "transform_matrix": _MAP},
        {
            "output_height": 4,
            "output_width": 5,
            "sampling_mode": "bilinear",
            "padding_mode": "constant",
            "padding_value": np.float32(0),
            "coordinates_mode": "normalized_minus_one_to_one",
            "align_corners": True,
        },
        _torch(
            lambda x, m: functional.grid_sample(
                x, functional.affine_grid(m.reshape(2, 2, 3), [2, 3, 4, 5], True), align_corners=True
            ),
            _IMAGE,
            _MAP,
        ),
    ),
    Case(
        "crop_resize",
        {"x": _RAMP, "roi": np.array([1, 2, 3, 5], np.float32).reshape(1, 1, 4, 1, 1)},
        {"target_height": 3, "target_width": 2, "sampling_mode": "ALIGN_CORNERS"},
        [_ramp([1, 2, 3], [2, 5]).reshape(1, 1, 1, 3, 2)],
    ),
    Case(
        "crop_resize",
        {"x": _RAMP, "roi": np.array([0, 0.2, 0, 0.6, 0.75], np.float32).reshape(1, 1, 5, 1, 1)},
        {
            "target_height": 2,
            "target_width": 2,
            "sampling_mode": "OFFSET_CORNERS",
            "normalized_coordinates": True,
            "box_coordinate_mode": "CORNERS_WIDTH_FIRST",
        },
        [_ramp([0.75, 2.25], [1.5, 2.5]).reshape(1, 1, 1, 2, 2)],
        "iOS16",
    ),
    Case(
        "crop_resize",
        {"x": _RAMP, "boxes": np.array([[2, 4, 2, 4], [1, 1, 2, 2]], np.float32)},
        {
            "box_indices": np.zeros(2, np.int32),
            "target_height": 2,
            "target_width": 2,
            "sampling_mode": "STRICT_ALIGN_CORNERS",
            "box_coordinate_mode": "CENTER_SIZE_HEIGHT_FIRST",
            "pad_value": np.float32(-1),
        },
        [
            np.stack(
                [np.where([[True, False]] * 2, _ramp([1, 3], [2, 6]), -1).astype(np.float32), _ramp([0, 2], [0, 2])]
            )[:, None]
        ],
        "iOS17",
    ),
]

SPACE_CASES = [*POOL, *TRANSPOSED, *REARRANGE, *RESIZE, *RESAMPLE]
