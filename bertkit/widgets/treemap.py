"""A squarified treemap: areas in proportion to sizes, as square as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """One rectangle; `index` is that of its size."""

    index: int
    x: float
    y: float
    width: float
    height: float


def treemap(sizes: Sequence[float], width: float, height: float) -> list[Tile]:
    """Divide a rectangle.

    Args:
        sizes: not negative; those of 0 get no tile.
        width: of the whole, in pixels.
        height: of the whole, in pixels.

    Returns:
        Tiles, the largest first.
    """
    total = sum(sizes)
    if total <= 0:
        return []
    scale = width * height / total
    areas = sorted(((size * scale, index) for index, size in enumerate(sizes) if size > 0), key=lambda pair: -pair[0])
    tiles: list[Tile] = []
    x = y = 0.0
    while areas:
        side = min(width, height)
        row = _row([area for area, _ in areas], side)
        thickness = sum(area for area, _ in areas[:row]) / side
        along = 0.0
        for area, index in areas[:row]:
            length = area / thickness
            if width >= height:
                tiles.append(Tile(index, x, y + along, thickness, length))
            else:
                tiles.append(Tile(index, x + along, y, length, thickness))
            along += length
        if width >= height:
            x, width = x + thickness, width - thickness
        else:
            y, height = y + thickness, height - thickness
        areas = areas[row:]
    return tiles


def _row(areas: Sequence[float], side: float) -> int:
    """Return how many of the areas make a row along `side` whose worst tile is as square as possible."""
    best, count = float("inf"), 0
    for number in range(1, len(areas) + 1):
        total = sum(areas[:number])
        worst = max(side * side * areas[0] / total**2, total**2 / (side * side * areas[number - 1]))
        if worst > best:
            break
        best, count = worst, number
    return count
