"""The legacy mapping of arrays to [sequence, batch, channels, height, width] and back."""

from __future__ import annotations

from torch import Tensor


def to_rank_5(x: Tensor, declared_rank: int) -> Tensor:
    """Give an input its five axes.

    Args:
        x: [channels] or [channels, height, width] as declared; either may be led by [sequence, batch].
        declared_rank: 1 or 3.
    """
    trailing = (1, 1) if declared_rank == 1 else ()
    leading = (1, 1) if x.ndim == declared_rank else ()
    return x.reshape(*leading, *x.shape, *trailing)


def from_rank_5(x: Tensor, declared_rank: int) -> Tensor:
    """Undo `to_rank_5` for an output; sequence and batch stay if one of them is not 1.

    Args:
        x: [sequence, batch, channels, height, width].
        declared_rank: 1, 3, or 0 where the file declares none, which is taken as 3.
    """
    kept = x.shape[2:3] if declared_rank == 1 else x.shape[2:]
    leading = () if x.shape[0] == 1 and x.shape[1] == 1 else x.shape[:2]
    return x.reshape(*leading, *kept)
