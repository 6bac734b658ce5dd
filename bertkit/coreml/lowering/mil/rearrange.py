"""Values moved between the axes of space, of channels and of the batch."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from bertkit.coreml.lowering.mil.convolution import padded
from bertkit.coreml.lowering.registry import op


@op("depth_to_space")
def depth_to_space(x: Tensor, block_size: int) -> Tensor:
    """Rearrange [n, b * b * c, h, w] to [n, c, h * b, w * b]; the place in the block is the slow part of a channel."""
    batch, channels, height, width = x.shape
    inner = channels // (block_size * block_size)
    blocks = x.reshape(batch, block_size, block_size, inner, height, width)
    return blocks.permute(0, 3, 4, 1, 5, 2).reshape(batch, inner, height * block_size, width * block_size)


@op("space_to_depth")
def space_to_depth(x: Tensor, block_size: int) -> Tensor:
    """Rearrange [n, c, h * b, w * b] to [n, b * b * c, h, w]; undoes `depth_to_space`."""
    batch, channels, height, width = x.shape
    rows, columns = height // block_size, width // block_size
    blocks = x.reshape(batch, channels, rows, block_size, columns, block_size)
    return blocks.permute(0, 3, 5, 1, 2, 4).reshape(batch, channels * block_size * block_size, rows, columns)


@op("space_to_batch")
def space_to_batch(x: Tensor, block_shape: Sequence[int], paddings: Sequence[Sequence[int]]) -> Tensor:
    """Pad [n, c, h, w] and rearrange it to [n * b0 * b1, c, h / b0, w / b1].

    Args:
        x: the input.
        block_shape: b0 and b1.
        paddings: zeros before and after each axis of space.
    """
    whole = padded(x, [(before, after) for before, after in paddings])
    down, across = block_shape
    batch, channels, height, width = whole.shape
    rows, columns = height // down, width // across
    blocks = whole.reshape(batch, channels, rows, down, columns, across)
    return blocks.permute(3, 5, 0, 1, 2, 4).reshape(batch * down * across, channels, rows, columns)


@op("batch_to_space")
def batch_to_space(x: Tensor, block_shape: Sequence[int], crops: Sequence[Sequence[int]]) -> Tensor:
    """Rearrange [n * b0 * b1, c, h, w] to [n, c, h * b0, w * b1] and crop it; undoes `space_to_batch`."""
    down, across = block_shape
    batch, channels, height, width = x.shape
    inner = batch // (down * across)
    blocks = x.reshape(down, across, inner, channels, height, width)
    whole = blocks.permute(2, 3, 4, 0, 5, 1).reshape(inner, channels, height * down, width * across)
    return cropped(whole, crops)


@op("crop")
def crop(x: Tensor, crop_height: Sequence[int], crop_width: Sequence[int]) -> Tensor:
    """Cut off what is given before and after the last two axes."""
    return cropped(x, [crop_height, crop_width])


def cropped(x: Tensor, crops: Sequence[Sequence[int]]) -> Tensor:
    """Cut off `crops`, before and after each of the last axes."""
    for axis, (before, after) in enumerate(crops, start=x.ndim - len(crops)):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x
