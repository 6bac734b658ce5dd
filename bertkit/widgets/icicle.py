"""An icicle: a tree as columns of bars, each as long as what is inside it, children to the right of their parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One node's bar; numbers are shares of the whole.

    Attributes:
        start: where it begins along the column.
        length: how long it is.
        depth: its column, from 0.
    """

    start: float
    length: float
    depth: int


def icicle(parents: Sequence[int], sizes: Sequence[float]) -> list[Bar]:
    """Place a tree.

    Args:
        parents: of each node, which stands after it; -1 for the first, the root.
        sizes: of each leaf, not negative; what is given for a node with children is not used.
    """
    inner = frozenset(parents)
    totals = [0.0 if node in inner else size for node, size in enumerate(sizes)]
    for node in range(len(parents) - 1, 0, -1):
        totals[parents[node]] += totals[node]
    whole = totals[0] or 1.0
    bars: list[Bar] = []
    filled = [0.0] * len(parents)
    for node, parent in enumerate(parents):
        start, depth = (0.0, 0) if parent < 0 else (filled[parent], bars[parent].depth + 1)
        filled[node] = start
        length = totals[node] / whole
        if parent >= 0:
            filled[parent] += length
        bars.append(Bar(start, length, depth))
    return bars
