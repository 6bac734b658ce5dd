"""Which shapes the inputs of a converted model take."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.errors import InputError


@dataclass(frozen=True)
class InputShapes:
    """Row lengths and batch sizes.

    One length and a batch of 1 give fixed shapes. Several lengths give enumerated shapes in an ML Program with a batch
    of 1. In all other cases an axis is a range: a NeuralNetwork below iOS 18 allows only one input with enumerated
    shapes, and enumerating lengths times batches would compile a variant for each pair.

    Attributes:
        lengths: row lengths in tokens, ascending; the first and the last are the ends where the axis is a range.
        max_batch: the most rows in one prediction.
    """

    lengths: tuple[int, ...]
    max_batch: int

    @property
    def fixed_batch(self) -> bool:
        """Whether every prediction has one row."""
        return self.max_batch == 1

    @property
    def fixed_length(self) -> bool:
        """Whether every row has the same length."""
        return len(self.lengths) == 1

    def enumerated(self, network: bool) -> bool:
        """Say whether exactly the given lengths are accepted, rather than all between the first and the last."""
        return not self.fixed_length and self.fixed_batch and not network


def checked_shapes(lengths: tuple[int, ...], batch: int) -> InputShapes:
    """Check and sort what the caller asked for.

    Args:
        lengths: row lengths in tokens, in any order.
        batch: the most rows in one prediction.

    Raises:
        InputError: there is no length, or a number is no positive whole number.
    """
    if not lengths or any(isinstance(length, bool) or not isinstance(length, int) for length in lengths):
        raise InputError(f"lengths must be one or more whole numbers of tokens, such as (128, 384), got {lengths!r}.")
    if min(lengths) < 1:
        raise InputError(f"lengths must be at least 1 token each, got {min(lengths)}.")
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise InputError(f"batch must be a whole number of rows of at least 1, got {batch!r}.")
    return InputShapes(tuple(sorted(set(lengths))), batch)
