"""Parts of a tensor, and margins around it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op


@op("slice_by_index")
def slice_by_index(
    x: Tensor,
    begin: Sequence[int],
    end: Sequence[int],
    stride: Sequence[int] | None = None,
    begin_mask: Sequence[bool] | None = None,
    end_mask: Sequence[bool] | None = None,
    squeeze_mask: Sequence[bool] | None = None,
) -> Tensor:
    """Return x[begin:end:stride] in every axis.

    Args:
        x: any shape; the other arguments have one entry per axis.
        begin: first index, from the end if negative.
        end: index after the last.
        stride: steps, which may be negative; 1 by default.
        begin_mask: ignore the begin and start at the first (for a negative stride the last) element.
        end_mask: ignore the end and go on to the last (for a negative stride the first) element.
        squeeze_mask: take only the element at begin, and remove the axis.
    """
    return _sliced(x, begin, end, stride, begin_mask, end_mask, squeeze_mask)


@op("slice_update", since="iOS18")
def slice_update(
    x: Tensor,
    update: Tensor,
    begin: Sequence[int],
    end: Sequence[int],
    stride: Sequence[int] | None = None,
    begin_mask: Sequence[bool] | None = None,
    end_mask: Sequence[bool] | None = None,
    squeeze_mask: Sequence[bool] | None = None,
) -> Tensor:
    """Return `x` with x[begin:end:stride] replaced by `update`; the arguments are those of `slice_by_index`."""
    places = torch.arange(x.numel(), device=x.device).reshape(x.shape)
    chosen = _sliced(places, begin, end, stride, begin_mask, end_mask, squeeze_mask)
    return torch.scatter(x.reshape(-1), 0, chosen.reshape(-1), update.reshape(-1)).reshape(x.shape)


@op("slice_by_size")
def slice_by_size(x: Tensor, begin: Sequence[int], size: Sequence[int]) -> Tensor:
    """Return `size` elements from `begin` on in every axis; a size of -1 means all that follow."""
    index = []
    for axis, (start, count) in enumerate(zip(begin, size, strict=True)):
        first = start + x.shape[axis] if isinstance(start, int) and start < 0 else start
        index.append(slice(first, None if isinstance(count, int) and count == -1 else first + count))
    return x[tuple(index)]


@op("pad")
def pad(x: Tensor, pad: Sequence[int], mode: str = "constant", constant_val: int | float = 0) -> Tensor:
    """Add margins around the last axes.

    Args:
        x: any shape.
        pad: two sizes, before and after, for each of the last len(pad) / 2 axes.
        mode: `constant`; `reflect`, without repeating the edge; `replicate`, which repeats the edge.
        constant_val: what to fill with in the first mode.
    """
    margins = list(zip(pad[::2], pad[1::2], strict=True))
    if mode == "constant":
        return functional.pad(x, [size for pair in reversed(margins) for size in pair], value=constant_val)
    extend = _reflected if mode == "reflect" else _replicated
    for axis, (before, after) in enumerate(margins, start=x.ndim - len(margins)):
        x = torch.cat([extend(x, axis, before, False), x, extend(x, axis, after, True)], axis)
    return x


def _sliced(
    x: Tensor,
    begin: Sequence[int],
    end: Sequence[int],
    stride: Sequence[int] | None,
    begin_mask: Sequence[bool] | None,
    end_mask: Sequence[bool] | None,
    squeeze_mask: Sequence[bool] | None,
) -> Tensor:
    index: list[slice | int] = []
    for axis in range(x.ndim):
        start = None if begin_mask is not None and begin_mask[axis] else begin[axis]
        stop = None if end_mask is not None and end_mask[axis] else end[axis]
        step = 1 if stride is None else stride[axis]
        if squeeze_mask is not None and squeeze_mask[axis]:
            index.append(0 if start is None else start)
        elif step > 0:
            index.append(slice(start, stop, step))
        else:
            x = x.flip(axis)
            index.append(slice(_mirrored(start, x.shape[axis]), _mirrored(stop, x.shape[axis]), -step))
    return x[tuple(index)]


def _reflected(x: Tensor, axis: int, count: int, at_end: bool) -> Tensor:
    start = x.shape[axis] - 1 - count if at_end else 1
    return x.narrow(axis, start, count).flip(axis)


def _replicated(x: Tensor, axis: int, count: int, at_end: bool) -> Tensor:
    edge = x.narrow(axis, x.shape[axis] - 1 if at_end else 0, 1)
    return edge.expand([count if place == axis else -1 for place in range(x.ndim)])


def _mirrored(index: int | None, size: int) -> int | None:
    """Return where `index` of an axis of `size` lies after the axis is flipped."""
    if index is None:
        return None
    # An index beyond the end means the end: negative here, it would be counted from the other side.
    return max(0, size - 1 - (index + size if index < 0 else index))
