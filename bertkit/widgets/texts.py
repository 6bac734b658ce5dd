"""Tables for text forms, aligned by columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bertkit.insight.text import aligned


def columns(rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """Return rows as lines, with columns two spaces apart; those in `right` are aligned right."""
    return aligned([[one_line(cell) for cell in row] for row in rows], right)


def one_line(cell: str) -> str:
    """Return text with control characters made harmless: a name from a file must not move a terminal's cursor."""
    return "".join(character if character.isprintable() else "\ufffd" for character in cell)
