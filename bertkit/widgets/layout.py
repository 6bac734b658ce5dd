"""Layered layout of a directed graph: what follows stands below, edges cross little, the same every time.

Layers come from longest paths, the order inside a layer from barycenters, positions from neighbors' means under the
constraint of order (pool adjacent violators). Made for one module of up to some hundred nodes, not for whole networks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 6
_GAP_X = 18.0
_GAP_Y = 26.0
_BEND_WIDTH = 10.0
# How strongly a link draws its ends above each other: long edges run straight, and boxes follow boxes.
_PULL_BENDS, _PULL_BOXES, _PULL_MIXED = 8.0, 1.0, 0.2


@dataclass(frozen=True)
class Node:
    """What is placed.

    Attributes:
        id: unique in the graph.
        width: in pixels.
        height: in pixels.
    """

    id: str
    width: float
    height: float


@dataclass(frozen=True)
class Box:
    """Where a node is; x and y are its upper left corner."""

    id: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """An edge as a line through points, from the lower side of its source to the upper side of its target."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """A drawn graph; all numbers are pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def lay_out(nodes: Sequence[Node], edges: Iterable[tuple[str, str]]) -> Layout:
    """Place nodes and draw edges.

    Args:
        nodes: in an order that is used where nothing else decides.
        edges: pairs of ids, source and target. Repeated ones are drawn once; those that close a cycle, or lead from a
            node to itself, are left out.
    """
    if not nodes:
        return Layout(0.0, 0.0, (), ())
    ids = {node.id for node in nodes}
    wanted = [(source, target) for source, target in dict.fromkeys(edges) if source in ids and target in ids]
    kept = _without_cycles([node.id for node in nodes], wanted)
    level = _longest_paths([node.id for node in nodes], kept)
    chains = {edge: _chain(edge, level) for edge in kept}
    rows = _rows(nodes, chains, level)
    links = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    _order(rows, links)
    width = {node.id: node.width for node in nodes}
    center = _centers(rows, links, width)
    return _drawn(nodes, chains, rows, center)


def _without_cycles(ids: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out the edges that lead back to a node being visited, walking depth first in the given order."""
    following: dict[str, list[str]] = {name: [] for name in ids}
    for source, target in edges:
        following[source].append(target)
    finished: set[str] = set()
    back: set[tuple[str, str]] = set()
    for root in ids:
        path: dict[str, int] = {}
        stack = [root] if root not in finished else []
        while stack:
            node = stack[-1]
            at = path.setdefault(node, 0)
            if at == len(following[node]):
                finished.add(node)
                path.pop(node)
                stack.pop()
                continue
            path[node] = at + 1
            target = following[node][at]
            if target in path:
                back.add((node, target))
            elif target not in finished:
                stack.append(target)
    return [edge for edge in edges if edge not in back]


def _longest_paths(ids: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each node's layer; nodes without predecessors move down to just above what they feed."""
    before: dict[str, list[str]] = {name: [] for name in ids}
    after: dict[str, list[str]] = {name: [] for name in ids}
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    level: dict[str, int] = {}
    waiting = {name: len(before[name]) for name in ids}
    ready = [name for name in ids if waiting[name] == 0]
    for name in ready:
        level[name] = max((level[source] + 1 for source in before[name]), default=0)
        for target in after[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    for name in ids:
        if not before[name] and after[name]:
            level[name] = min(level[target] for target in after[name]) - 1
    return level


def _chain(edge: tuple[str, str], level: Mapping[str, int]) -> tuple[str, ...]:
    """Return the nodes an edge passes: its ends, and a bend in every layer between."""
    source, target = edge
    bends = (f"\0{source}\0{target}\0{row}" for row in range(level[source] + 1, level[target]))
    return (source, *bends, target)


def _rows(
    nodes: Sequence[Node], chains: Mapping[tuple[str, str], Sequence[str]], level: Mapping[str, int]
) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(level.values()) + 1)]
    for node in nodes:
        rows[level[node.id]].append(node.id)
    for (source, _), chain in chains.items():
        for step, bend in enumerate(chain[1:-1], start=1):
            rows[level[source] + step].append(bend)
    return rows


def _order(rows: list[list[str]], links: Sequence[tuple[str, str]]) -> None:
    """Sort every row by the mean place of its neighbors in the row before, downward and upward in turn."""
    above, below = _neighbors(links)
    place = {name: float(index) for row in rows for index, name in enumerate(row)}
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        neighbors = above if downward else below
        for row in rows if downward else reversed(rows):
            row.sort(key=lambda name: _mean(place, neighbors.get(name, ())) if neighbors.get(name) else place[name])
            place.update((name, float(index)) for index, name in enumerate(row))


def _neighbors(links: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for source, target in links:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    return above, below


def _mean(values: Mapping[str, float], names: Sequence[str]) -> float:
    return sum(values[name] for name in names) / len(names)


def _is_bend(name: str) -> bool:
    return name.startswith("\0")


def _drawn_to(name: str, values: Mapping[str, float], neighbors: Sequence[str]) -> float:
    """Return the mean of a node's neighbors' places, weighted by the pull of the links."""
    bend = _is_bend(name)
    pulls = [(_PULL_BENDS if bend else _PULL_BOXES) if _is_bend(other) == bend else _PULL_MIXED for other in neighbors]
    return sum(values[other] * pull for other, pull in zip(neighbors, pulls, strict=True)) / sum(pulls)


def _centers(
    rows: Sequence[Sequence[str]], links: Sequence[tuple[str, str]], width: Mapping[str, float]
) -> dict[str, float]:
    """Return the horizontal center of every node and bend, with the left edge of the drawing at 0."""
    above, below = _neighbors(links)
    half = {name: width.get(name, _BEND_WIDTH) / 2 for row in rows for name in row}
    center: dict[str, float] = {}
    for row in rows:
        x = 0.0
        for name in row:
            center[name] = x + half[name]
            x += 2 * half[name] + _GAP_X
    for sweep in range(_SWEEPS + 1):
        neighbors = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_drawn_to(name, center, near) if (near := neighbors.get(name)) else center[name] for name in row]
            center.update(zip(row, _separated(wanted, [half[name] for name in row]), strict=True))
    left = min(center[name] - half[name] for name in center)
    return {name: x - left for name, x in center.items()}


def _separated(wanted: Sequence[float], half: Sequence[float]) -> list[float]:
    """Return the positions nearest to the wanted ones (least squares) that keep order and distance."""
    offsets = [0.0]
    for left, right in itertools.pairwise(half):
        offsets.append(offsets[-1] + left + _GAP_X + right)
    pools: list[tuple[float, int]] = []
    for target, offset in zip(wanted, offsets, strict=True):
        value, count = target - offset, 1
        while pools and pools[-1][0] > value:
            other, number = pools.pop()
            value, count = (value * count + other * number) / (count + number), count + number
        pools.append((value, count))
    flat = [value for value, count in pools for _ in range(count)]
    return [value + offset for value, offset in zip(flat, offsets, strict=True)]


def _drawn(
    nodes: Sequence[Node],
    chains: Mapping[tuple[str, str], Sequence[str]],
    rows: Sequence[Sequence[str]],
    center: Mapping[str, float],
) -> Layout:
    size = {node.id: node for node in nodes}
    top: dict[str, float] = {}
    tall: dict[str, float] = {}
    y = 0.0
    for row in rows:
        height = max((size[name].height for name in row if name in size), default=0.0)
        for name in row:
            tall[name] = size[name].height if name in size else height
            top[name] = y + (height - tall[name]) / 2
        y += height + _GAP_Y
    boxes = tuple(
        Box(node.id, round(center[node.id] - node.width / 2, 1), round(top[node.id], 1), node.width, node.height)
        for node in nodes
    )
    lines = tuple(
        Line(source, target, tuple(_points(chain, center, top, tall))) for (source, target), chain in chains.items()
    )
    right = max([box.x + box.width for box in boxes] + [x for line in lines for x, _ in line.points])
    return Layout(round(right, 1), round(y - _GAP_Y, 1), boxes, lines)


def _points(
    chain: Sequence[str], center: Mapping[str, float], top: Mapping[str, float], tall: Mapping[str, float]
) -> Iterable[tuple[float, float]]:
    for index, name in enumerate(chain):
        x = round(center[name], 1)
        if index > 0:
            yield x, round(top[name], 1)
        if index < len(chain) - 1:
            yield x, round(top[name] + tall[name], 1)
