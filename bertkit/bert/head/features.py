"""What the head takes: a row's hidden states with the tokens that cannot be meant marked, and what it should answer."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCKED = -1.0  # the head multiplies it by 1e4


class Role(Enum):
    """Which end of an answer an example is about. A network has one loss, so each end is an example of its own."""

    START = 0
    END = 1


def span_features(hidden: Floats, role: Role | None = None, allowed: NDArray[np.bool_] | None = None) -> Floats:
    """Return the head's input for one row.

    Two channels are added to the scores of start and end. In training they shut out the other role and what no answer
    can begin or end with, so that one softmax over both rows of scores is one over the tokens that may be meant.

    Args:
        hidden: [sequence, hidden], the encoder's output.
        role: what the example is about; None to predict, where nothing is shut out.
        allowed: [sequence], which tokens may be meant; needed where there is a role.

    Returns:
        [hidden + 2, 1, sequence] float32.
    """
    sequence, size = hidden.shape
    features = np.zeros((size + len(Role), 1, sequence), np.float32)
    features[:size, 0] = hidden.T
    if role is not None:
        features[size:] = _BLOCKED
        features[size + role.value, 0] = np.where(True if allowed is None else allowed, 0.0, _BLOCKED)
    return features


def target_of(role: Role, token: int, sequence: int) -> int:
    """Return the place of a token among the head's scores: all starts, then all ends."""
    return role.value * sequence + token
