"""Numbers, sizes and shapes in words, the same in static forms, text and the live view."""

from __future__ import annotations

from collections.abc import Iterable

TIMES = "\N{MULTIPLICATION SIGN}"
INDENT = "\N{EM SPACE}"

_STEPS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


def count(number: int) -> str:
    """Return 1,234 as `1.2 k`, 22_713_218 as `22.7 M`."""
    for size, letter in _STEPS:
        if number >= size:
            return f"{number / size:.1f} {letter}"
    return str(number)


def size(number: int) -> str:
    """Return bytes in decimal units: `45.4 MB`."""
    return f"{count(number)}B" if number >= _STEPS[-1][0] else f"{number} B"


def shape(dimensions: Iterable[int | None]) -> str:
    """Return the dimensions with times signs between; one that is not fixed is a question mark, none is a scalar."""
    return f" {TIMES} ".join("?" if dimension is None else str(dimension) for dimension in dimensions) or "scalar"


def percent(share: float) -> str:
    """Return 0.515 as `51.5 %`; what would round to nothing is `<0.1 %`."""
    return "<0.1 %" if 0 < share < 0.001 else f"{share * 100:.1f} %"


def plural(number: int, noun: str) -> str:
    """Return `1 layer`, `2 layers`."""
    return f"{number:,d} {noun}" if number == 1 else f"{number:,d} {noun}s"
