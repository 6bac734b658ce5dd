"""The same values in another shape or order."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op


@op("shape")
def shape(x: Tensor) -> tuple[int, ...]:
    """Return the sizes of all axes."""
    return tuple(x.shape)


@op("reshape")
def reshape_of_equal_rank(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Give `x` another shape; -1 stands for what is left, 0 for the size of the same axis where the ranks agree."""
    return reshape(x, shape) if len(shape) == x.ndim else x.reshape(list(shape))


@op("reshape", since="iOS17")
def reshape(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Give `x` another shape.

    Args:
        x: any shape.
        shape: -1 stands for what is left, 0 for the size of the axis of `x` that is as far from the last one, 1 where
            `x` has none.
    """
    surplus = len(shape) - x.ndim
    target = [
        # A symbolic size is no int: comparing it with 0 would bind the exported graph to this size.
        (x.shape[axis - surplus] if axis >= surplus else 1) if isinstance(size, int) and size == 0 else size
        for axis, size in enumerate(shape)
    ]
    return x.reshape(target)


@op("reshape_like")
def reshape_like(
    x: Tensor, ref_tensors: list[Tensor], begins: list[int], ends: list[int], end_masks: list[bool]
) -> Tensor:
    """Give `x` the shape that ranges of the reference tensors' axes make up together."""
    target: list[int] = []
    for reference, begin, end, to_the_end in zip(ref_tensors, begins, ends, end_masks, strict=True):
        target.extend(reference.shape[begin:] if to_the_end else reference.shape[begin:end])
    return x.reshape(target)


@op("flatten2d")
def flatten2d(x: Tensor, axis: int = 1) -> Tensor:
    """Join the axes before `axis`, and those from it on."""
    axis = axis % x.ndim if axis < 0 else axis
    rows = 1
    for size in x.shape[:axis]:
        rows *= size
    return x.reshape(rows, -1)


@op("transpose")
def transpose(x: Tensor, perm: Sequence[int]) -> Tensor:
    """Reorder the axes."""
    return x.permute(*perm)


@op("expand_dims")
def expand_dims(x: Tensor, axes: Sequence[int]) -> Tensor:
    """Insert axes of size 1 at the positions they have in the result."""
    rank = x.ndim + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


@op("squeeze")
def squeeze(x: Tensor, axes: Sequence[int] | None = None) -> Tensor:
    """Remove axes of size 1, all of them by default."""
    return torch.squeeze(x) if axes is None else torch.squeeze(x, tuple(axes))


@op("identity")
def identity(x: Tensor) -> Tensor:
    """Return `x`."""
    return x


@op("concat")
def concat(values: list[Tensor], axis: int, interleave: bool = False) -> Tensor:
    """Join tensors along `axis`, one element of each in turn if interleaved."""
    if values[0].ndim == 0:
        return torch.stack(values)
    if not interleave:
        return torch.cat(values, axis)
    axis %= values[0].ndim
    return torch.stack(values, axis + 1).flatten(axis, axis + 1)


@op("stack")
def stack(values: list[Tensor], axis: int) -> Tensor:
    """Join tensors along a new `axis`."""
    return torch.stack(values, axis)


@op("split")
def split(
    x: Tensor, axis: int, num_splits: int | None = None, split_sizes: Sequence[int] | None = None
) -> tuple[Tensor, ...]:
    """Cut `x` along `axis`, into pieces of `split_sizes` or into `num_splits` equal ones."""
    if split_sizes is not None:
        return torch.split(x, list(split_sizes), axis)
    if num_splits is None:
        raise ValueError("split needs num_splits or split_sizes")
    size = x.shape[axis] // num_splits
    return tuple(x.narrow(axis, index * size, size) for index in range(num_splits))


@op("reverse")
def reverse(x: Tensor, axes: Sequence[int] | None = None) -> Tensor:
    """Reverse the order along `axes`, all of them by default."""
    return x.flip(list(range(x.ndim)) if axes is None else list(axes))


@op("reverse_sequence")
def reverse_sequence(x: Tensor, lengths: Tensor, seq_axis: int = 0, batch_axis: int = 0) -> Tensor:
    """Reverse the first `lengths` elements along `seq_axis`, each for its place along `batch_axis`."""
    seq_axis, batch_axis = seq_axis % x.ndim, batch_axis % x.ndim
    places = torch.arange(x.shape[seq_axis], device=x.device).reshape(
        [-1 if a == seq_axis else 1 for a in range(x.ndim)]
    )
    until = lengths.reshape([-1 if axis == batch_axis else 1 for axis in range(x.ndim)])
    mirrored = torch.where(places < until, until - 1 - places, places)
    return torch.gather(x, seq_axis, mirrored.expand(x.shape).long())


@op("tile")
def tile(x: Tensor, reps: Sequence[int]) -> Tensor:
    """Repeat `x` along each axis."""
    return x.repeat(*reps)


@op("sliding_windows")
def sliding_windows(x: Tensor, axis: int, size: int, stride: int = 1) -> Tensor:
    """Replace `axis` by two: the windows, and the elements of each."""
    axis %= x.ndim
    return x.unfold(axis, size, stride).movedim(-1, axis + 1)


@op("pixel_shuffle")
def pixel_shuffle(x: Tensor, upscale_factor: int) -> Tensor:
    """Rearrange [n, c * f * f, h, w] to [n, c, h * f, w * f]."""
    return functional.pixel_shuffle(x, upscale_factor)


@op("pixel_unshuffle")
def pixel_unshuffle(x: Tensor, downscale_factor: int) -> Tensor:
    """Rearrange [n, c, h * f, w * f] to [n, c * f * f, h, w]."""
    return functional.pixel_unshuffle(x, downscale_factor)
