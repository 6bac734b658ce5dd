"""Parts of a blob, and margins around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from bertkit.coreml.lowering.mil import slicing as mil
from bertkit.coreml.lowering.network.reshape import with_an_axis
from bertkit.coreml.lowering.registry import layer
from bertkit.coreml.lowering.sizes import single

_AXES = {"CHANNEL_AXIS": -3, "HEIGHT_AXIS": -2, "WIDTH_AXIS": -1}


@layer("slice", keeps_integers=True)
def slice_axis(
    x: Tensor, *, start_index: int = 0, end_index: int = 0, stride: int = 1, axis: str = "CHANNEL_AXIS"
) -> Tensor:
    """Cut one of the last three axes; negative indices count from the end."""
    index = [slice(None)] * x.ndim
    index[_AXES[axis]] = slice(start_index, end_index, stride)
    return x[tuple(index)]


@layer("sliceStatic", keeps_integers=True)
def slice_static(
    x: Tensor,
    *,
    begin_ids: Sequence[int],
    end_ids: Sequence[int],
    strides: Sequence[int] | None = None,
    begin_masks: Sequence[bool] | None = None,
    end_masks: Sequence[bool] | None = None,
    squeeze_masks: Sequence[bool] | None = None,
) -> Tensor:
    """Return x[begin:end:stride] in every axis; see `slice_by_index` of ML Programs."""
    return with_an_axis(mil.slice_by_index(x, begin_ids, end_ids, strides, begin_masks, end_masks, squeeze_masks))


@layer("sliceDynamic", keeps_integers=True)
def slice_dynamic(
    x: Tensor,
    begin: Sequence[int],
    end_ids: Sequence[int] = (),
    strides: Sequence[int] | None = None,
    begin_masks: Sequence[int] | None = None,
    end_masks: Sequence[int] | None = None,
    squeeze_masks: Sequence[int] | None = None,
) -> Tensor:
    """Return x[begin:end:stride] in every axis, where begin, and any of the others, were computed."""
    masks = (None if mask is None else list(map(bool, mask)) for mask in (begin_masks, end_masks, squeeze_masks))
    return with_an_axis(mil.slice_by_index(x, begin, end_ids, strides, *masks))


@layer("sliceBySize", keeps_integers=True)
def slice_by_size(x: Tensor, begin: int | Sequence[int], *, size: int, axis: int = 0) -> Tensor:
    """Return `size` elements of `axis` from a computed place on."""
    return x.narrow(axis, single(begin), size)


@layer("crop", keeps_integers=True)
def crop(
    x: Tensor,
    reference: Tensor | None = None,
    *,
    crop_amounts: Mapping[str, Any] | None = None,
    offset: Sequence[int] = (0, 0),
) -> Tensor:
    """Cut margins off height and width, or cut out a part as large as `reference` from `offset` on."""
    height, width = x.shape[-2:]
    if reference is not None:
        top, left = offset
        return x[..., top : top + reference.shape[-2], left : left + reference.shape[-1]]
    (top, bottom), (left, right) = edges(crop_amounts or {}) or [(0, 0), (0, 0)]
    return x[..., top : height - bottom, left : width - right]


@layer("padding", keeps_integers=True)
def padding(
    x: Tensor,
    *,
    padding_amounts: Mapping[str, Any],
    constant: Mapping[str, float] | None = None,
    reflection: Mapping[str, Any] | None = None,
    replication: Mapping[str, Any] | None = None,
) -> Tensor:
    """Add margins around height and width."""
    margins = [size for edge in edges(padding_amounts) for size in edge]
    if constant is not None:
        return mil.pad(x, margins, "constant", constant.get("value", 0.0))
    return mil.pad(x, margins, "replicate" if reflection is None else "reflect")


@layer("constantPad", keeps_integers=True)
def constant_pad(
    x: Tensor, pad_amounts: Sequence[int], *, value: float = 0.0, pad_to_given_output_size_mode: bool = False
) -> Tensor:
    """Add margins of `value`, two sizes for each axis; or, on the side that has one, as much as reaches that size."""
    if pad_to_given_output_size_mode:
        sizes = [size for size in x.shape for _ in range(2)]
        pad_amounts = [max(wanted - size, 0) for wanted, size in zip(pad_amounts, sizes, strict=True)]
    return mil.pad(x, pad_amounts, "constant", value)


def edges(border: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return the sizes at the start and the end of height and of width from a `BorderAmounts` message."""
    amounts = border.get("border_amounts", ())
    return [(edge.get("start_edge_size", 0), edge.get("end_edge_size", 0)) for edge in amounts]
