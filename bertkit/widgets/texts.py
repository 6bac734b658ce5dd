"""Tables for text forms, aligned by columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Return rows as lines, with columns two spaces apart; those in `right` are aligned right."""
    rows = [[one_line(cell) for cell in row] for row in rows]
    if not rows:
        return []
    aligned = frozenset(right)
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column in aligned else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def one_line(cell: str) -> str:
    """Return text with control characters made harmless: a name from a file must not move a terminal's cursor."""
    return "".join(character if character.isprintable() else "\ufffd" for character in cell)
