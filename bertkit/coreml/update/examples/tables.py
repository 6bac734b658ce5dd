"""Examples from columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bertkit.errors import InputError


def rows_of_columns(columns: Mapping[Any, Any]) -> Iterator[dict[str, Any]]:
    """Yield one dictionary an example from arrays or lists whose first axis is the examples.

    Raises:
        InputError: a column has no length, or they differ in length.
    """
    lengths = {}
    for name, column in columns.items():
        if isinstance(column, (str, bytes)) or not hasattr(column, "__len__") or getattr(column, "ndim", 1) == 0:
            raise InputError(
                f'The column "{name}" must hold one value an example along its first axis, got '
                f"{type(column).__name__}. For a single example pass a list of one dictionary."
            )
        lengths[name] = len(column)
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f'"{name}" {length}' for name, length in lengths.items())
        raise InputError(f"All columns must hold the same number of examples; they hold: {shown}.")
    for index in range(next(iter(lengths.values()), 0)):
        yield {name: column[index] for name, column in columns.items()}


def rows_of_table(table: Any) -> Iterator[dict[str, Any]]:
    """Yield one dictionary a row of a pandas or polars table; a cell may be a number, a string or an array."""
    return rows_of_columns({str(name): list(table[name]) for name in table.columns})
