"""Tables and small charts for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_STEPS = " ▁▂▃▄▅▆▇█"


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return columns as wide as their content; numbers stand to the right."""
    listed = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(line[column]) for line in [headers, *listed]) for column in range(len(headers))]
    numeric = [bool(listed) and all(_is_number(line[column]) for line in listed) for column in range(len(headers))]
    lines = [list(headers), ["-" * width for width in widths], *listed]
    return "\n".join(aligned(lines, [column for column, right in enumerate(numeric) if right]))


def aligned(rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Return rows as lines, with columns two spaces apart; those in `right` are aligned right."""
    numeric = frozenset(right)
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column in numeric else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def sparkline(values: NDArray[np.floating], width: int = 72) -> str:
    """Return a curve in one line, from 0 to its highest value; each column shows the highest of the values it covers.

    Args:
        values: [n] not negative.
        width: the most columns.
    """
    if len(values) == 0:
        return ""
    columns = min(width, len(values))
    edges = np.linspace(0, len(values), columns + 1).astype(int)[:-1]
    heights = np.maximum.reduceat(values, edges)
    top = float(heights.max())
    if top <= 0:
        return _STEPS[0] * columns
    return "".join(_STEPS[round(float(height) / top * (len(_STEPS) - 1))] for height in heights)


def bar(share: float, width: int = 20) -> str:
    """Return a bar for a share from 0 to 1, in eighths of a column."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + ("" if rest == 0 else "▏▎▍▌▋▊▉"[rest - 1])


def shortened(text: str, width: int) -> str:
    """Return a text on one line, its middle replaced by an ellipsis where it is longer than `width`."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    kept = width - 1
    return f"{line[: kept - kept // 2]}…{line[len(line) - kept // 2 :]}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    return text == "" or text.lstrip("+-").replace(".", "", 1).replace("e-", "", 1).rstrip("%").isdigit()
