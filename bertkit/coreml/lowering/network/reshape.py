"""The same values in another shape or order. A result has at least one axis."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil import reshape as mil
from bertkit.coreml.lowering.registry import layer


@layer("getShape")
def get_shape(x: Tensor) -> tuple[int, ...]:
    """Return the sizes of all axes."""
    return tuple(x.shape)


@layer("reshapeStatic", keeps_integers=True)
def reshape_static(x: Tensor, *, target_shape: Sequence[int] = ()) -> Tensor:
    """Give `x` another shape; -1 stands for what is left."""
    return x.reshape(list(target_shape))


@layer("rankPreservingReshape", keeps_integers=True)
def rank_preserving_reshape(x: Tensor, *, target_shape: Sequence[int]) -> Tensor:
    """Give `x` another shape of as many axes; -1 stands for what is left, 0 for the size of the same axis."""
    return mil.reshape(x, target_shape)


@layer("reshapeDynamic", keeps_integers=True)
def reshape_dynamic(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Give `x` a shape that was computed; -1 stands for what is left."""
    return mil.reshape(x, shape)


@layer("reshapeLike", keeps_integers=True)
def reshape_like(x: Tensor, reference: Tensor) -> Tensor:
    """Give `x` the shape of `reference`."""
    return x.reshape(reference.shape)


@layer("reshape", keeps_integers=True)
def reshape(x: Tensor, *, target_shape: Sequence[int], mode: str = "CHANNEL_FIRST") -> Tensor:
    """Give [sequence, 1, channels, height, width] the shape of its last three axes, or of sequence and these.

    Args:
        x: [sequence, 1, channels, height, width].
        target_shape: (channels, height, width), led by the sequence if it changes.
        mode: in which order values are read and written; in `CHANNEL_LAST` the channel varies fastest.
    """
    sequence = x.shape[0] if len(target_shape) == 3 else target_shape[0]
    channels, height, width = target_shape[-3:]
    if mode == "CHANNEL_FIRST":
        return x.reshape(sequence, x.shape[1], channels, height, width)
    rows = x.permute(0, 1, 3, 4, 2).reshape(sequence, x.shape[1], height, width, channels)
    return rows.permute(0, 1, 4, 2, 3)


@layer("flatten", keeps_integers=True)
def flatten(x: Tensor, *, mode: str = "CHANNEL_FIRST") -> Tensor:
    """Join [..., channels, height, width] to [..., all, 1, 1], channels varying fastest in `CHANNEL_LAST`."""
    ordered = x.movedim(-3, -1) if mode == "CHANNEL_LAST" else x
    return ordered.flatten(-3).unsqueeze(-1).unsqueeze(-1)


@layer("flattenTo2D", keeps_integers=True)
def flatten_to_2d(x: Tensor, *, axis: int = 0) -> Tensor:
    """Join the axes before `axis`, and those from it on."""
    return mil.flatten2d(x, axis)


@layer("transpose", keeps_integers=True)
def transpose(x: Tensor, *, axes: Sequence[int] = (0,)) -> Tensor:
    """Reorder the axes, the last ones if there are more than are named: those that an image leads stay."""
    leading = x.ndim - len(axes)
    return x.permute(*range(leading), *(leading + axis for axis in axes))


@layer("permute", keeps_integers=True)
def permute(x: Tensor, *, axis: Sequence[int] = (0, 1, 2, 3)) -> Tensor:
    """Reorder sequence, channels, height and width of [sequence, batch, channels, height, width]."""
    sequence, *others = (place if place == 0 else place + 1 for place in axis)
    return x.permute(sequence, 1, *others)


@layer("expandDims", keeps_integers=True)
def expand_dims(x: Tensor, *, axes: Sequence[int]) -> Tensor:
    """Insert axes of size 1 at the positions they have in the result."""
    return mil.expand_dims(x, axes)


@layer("squeeze", keeps_integers=True)
def squeeze(x: Tensor, *, axes: Sequence[int] = (), squeeze_all: bool = False) -> Tensor:
    """Remove axes of size 1."""
    return with_an_axis(mil.squeeze(x, None if squeeze_all else axes))


@layer("concat", keeps_integers=True)
def concat(values: list[Tensor], *, sequence_concat: bool = False) -> Tensor:
    """Join blobs along channels, or along the sequence."""
    return torch.cat(values, -5 if sequence_concat else -3)


@layer("concatND", keeps_integers=True)
def concat_nd(values: list[Tensor], *, axis: int = 0, interleave: bool = False) -> Tensor:
    """Join blobs along `axis`, one element of each in turn if interleaved."""
    return mil.concat(values, axis, interleave)


@layer("stack", keeps_integers=True)
def stack(values: list[Tensor], *, axis: int = 0) -> Tensor:
    """Join blobs along a new `axis`."""
    return torch.stack(values, axis)


@layer("split", keeps_integers=True)
def split(x: Tensor, *, n_outputs: int) -> tuple[Tensor, ...]:
    """Cut the channels into equal parts."""
    return mil.split(x, -3, num_splits=n_outputs)


@layer("splitND", keeps_integers=True)
def split_nd(x: Tensor, *, axis: int = 0, num_splits: int = 0, split_sizes: Sequence[int] = ()) -> tuple[Tensor, ...]:
    """Cut `axis` into parts of `split_sizes`, or into `num_splits` equal ones; what is left goes to the first."""
    if split_sizes:
        return mil.split(x, axis, split_sizes=split_sizes)
    return torch.tensor_split(x, num_splits, axis)


@layer("tile", keeps_integers=True)
def tile(x: Tensor, reps: Sequence[int]) -> Tensor:
    """Repeat `x` along each axis."""
    return mil.tile(x, [1] * (x.ndim - len(reps)) + list(reps))


@layer("sequenceRepeat", keeps_integers=True)
def sequence_repeat(x: Tensor, *, n_repetitions: int = 0) -> Tensor:
    """Repeat the sequence, the fifth axis from the end; 0 stands for 1."""
    return x.repeat(*[1] * (x.ndim - 5), max(n_repetitions, 1), 1, 1, 1, 1)


@layer("reorganizeData", keeps_integers=True)
def reorganize_data(x: Tensor, *, mode: str = "SPACE_TO_DEPTH", block_size: int) -> Tensor:
    """Move values between space and channels in blocks; the two modes to space differ in the order of channels."""
    *batch, channels, height, width = x.shape
    size = block_size
    if mode == "PIXEL_SHUFFLE":
        return torch.pixel_shuffle(x, size)
    if mode == "DEPTH_TO_SPACE":
        blocks = x.reshape(-1, size, size, channels // (size * size), height, width)
        return blocks.permute(0, 3, 4, 1, 5, 2).reshape(*batch, channels // (size * size), height * size, width * size)
    blocks = x.reshape(-1, channels, height // size, size, width // size, size)
    return blocks.permute(0, 3, 5, 1, 2, 4).reshape(*batch, channels * size * size, height // size, width // size)


@layer("reverse", keeps_integers=True)
def reverse(x: Tensor, *, reverse_dim: Sequence[bool]) -> Tensor:
    """Reverse the order along the axes that are marked."""
    return x.flip([axis for axis, is_reversed in enumerate(reverse_dim) if is_reversed])


@layer("slidingWindows", keeps_integers=True)
def sliding_windows(x: Tensor, *, axis: int = 0, window_size: int, step: int) -> Tensor:
    """Replace `axis` by two: the windows, and the elements of each."""
    return mil.sliding_windows(x, axis, window_size, step)


@layer("broadcastToStatic", keeps_integers=True)
def broadcast_to_static(x: Tensor, *, target_shape: Sequence[int]) -> Tensor:
    """Repeat axes of size 1 to reach a shape."""
    return torch.broadcast_to(x, list(target_shape))


@layer("broadcastToDynamic", keeps_integers=True)
def broadcast_to_dynamic(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Repeat axes of size 1 to reach a shape that was computed."""
    return torch.broadcast_to(x, list(shape))


@layer("broadcastToLike", keeps_integers=True)
def broadcast_to_like(x: Tensor, reference: Tensor) -> Tensor:
    """Repeat axes of size 1 to reach the shape of `reference`."""
    return torch.broadcast_to(x, reference.shape)


def with_an_axis(x: Tensor) -> Tensor:
    """Turn a scalar, which networks do not know, into a vector of one."""
    return x.reshape(1) if x.ndim == 0 else x
