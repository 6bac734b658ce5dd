"""Spans that overlap, laid out in lanes so that none covers another."""

from __future__ import annotations

import heapq
from collections.abc import Sequence


def lanes(spans: Sequence[tuple[int, int]]) -> list[int]:
    """Give every span a lane, using as few lanes as overlaps demand.

    Spans are intervals, so taking them from left to right and giving each the lowest free lane needs no more lanes than
    the most spans that share one place. The first span in the sequence then gets lane 0, so that the best
    of a ranked list stands in the first line.

    Args:
        spans: first and last place of each, both included.

    Returns:
        One lane for each span, in order.
    """
    assigned = [0] * len(spans)
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    used = 0
    for index in sorted(range(len(spans)), key=lambda index: spans[index]):
        first, last = spans[index]
        while busy and busy[0][0] < first:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if not free:
            heapq.heappush(free, used)
            used += 1
        assigned[index] = heapq.heappop(free)
        heapq.heappush(busy, (last, assigned[index]))
    return _first_on_top(assigned)


def _first_on_top(assigned: Sequence[int]) -> list[int]:
    """Exchange the first span's lane with lane 0."""
    if not assigned:
        return []
    exchanged = {assigned[0]: 0, 0: assigned[0]}
    return [exchanged.get(lane, lane) for lane in assigned]
