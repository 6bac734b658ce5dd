"""Finds out what holds the examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bertkit.coreml.features import Feature
from bertkit.coreml.update.examples.examples import Examples
from bertkit.coreml.update.examples.files import rows_of_path
from bertkit.coreml.update.examples.tables import rows_of_columns, rows_of_table
from bertkit.errors import InputError


def read_examples(features: tuple[Feature, ...], source: object) -> Examples:
    """Read and check training examples.

    Args:
        features: the training inputs of a model.
        source: dictionaries by training input, one an example, in a list or from a generator; one dictionary of arrays
            whose first axis is the examples; a table with a column for each training input (pandas, polars); or the
            path of a `.npz`, a `.jsonl` or a folder, see `rows_of_path`.

    Raises:
        InputError: an example does not fit, named by its index; there is none; or the source is of another kind.
        FileError: a file cannot be read.
    """
    return Examples.checked(features, _rows(features, source))


def _rows(features: tuple[Feature, ...], source: object) -> Iterable[object]:
    if isinstance(source, Examples):
        return source.rows
    if isinstance(source, (str, Path)):
        return rows_of_path(Path(source), features)
    if isinstance(source, Mapping):
        return rows_of_columns(source)
    if hasattr(source, "columns"):
        return rows_of_table(source)
    if isinstance(source, Iterable):
        return source
    raise InputError(
        "Training data must be dictionaries by training input, a dictionary of arrays, a table, or a path; got "
        f"{type(source).__name__}."
    )
