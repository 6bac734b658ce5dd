"""A fixed choice among test cases: the same names give the same sample on any machine."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

SEED = "bertkit"


def draw(names: Sequence[str], count: int | None) -> list[str]:
    """Choose cases, taking test functions in turn so that those with thousands of cases leave room for the others.

    Args:
        names: node ids.
        count: how many; None for all.

    Returns:
        The chosen ids, sorted.
    """
    if count is None or count >= len(names):
        return sorted(names)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=_rank):
        groups[function_of(name)].append(name)
    turns = sorted((turn, _rank(name), name) for group in groups.values() for turn, name in enumerate(group))
    return sorted(name for _, _, name in turns[:count])


def function_of(name: str) -> str:
    """Return the test function of a node id, without the parameters of the case."""
    return name.split("[", 1)[0]


def functions_of(names: Iterable[str]) -> set[str]:
    """Return the test functions of some node ids."""
    return {function_of(name) for name in names}


def _rank(name: str) -> str:
    return hashlib.sha256(f"{SEED} {name}".encode()).hexdigest()
