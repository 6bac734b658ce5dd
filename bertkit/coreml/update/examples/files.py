"""Examples from files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml.features import Feature
from bertkit.coreml.update.examples.labels import rows_of_labels, takes_images
from bertkit.coreml.update.examples.tables import rows_of_columns
from bertkit.errors import FileError, InputError


def rows_of_path(path: Path, features: tuple[Feature, ...]) -> Iterable[object]:
    """Yield the examples of a file or folder.

    Args:
        path: a `.npz` whose arrays are named like the training inputs, first axis the examples; a `.jsonl` with one
            object an example; a folder of `.npz` files, one an example, taken by name; or, for a model that is trained
            with an image and a label, a folder with one subfolder of images for each label.
        features: the training inputs.

    Raises:
        FileError: it is missing or cannot be read.
        InputError: it is of another kind.
    """
    if path.is_dir():
        return rows_of_labels(path, features) if takes_images(features) else _rows_of_folder(path)
    if not path.is_file():
        raise FileError(f"There are no training examples at {path}. Check the path.")
    if path.suffix == ".npz":
        return rows_of_columns(_arrays(path))
    if path.suffix == ".jsonl":
        return _rows_of_lines(path)
    raise InputError(f"Examples are read from a .npz, a .jsonl or a folder; got {path.name}.")


def _arrays(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise FileError(f"{path} cannot be read as a .npz of plain arrays: {error}.") from error


def _rows_of_lines(path: Path) -> Iterator[object]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read as text: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"Line {number} of {path} is no JSON object: {error}.") from error


def _rows_of_folder(path: Path) -> Iterator[object]:
    files = sorted(path.glob("*.npz"))
    if not files:
        raise InputError(f"The folder {path} holds no .npz files. Put one file there for each example.")
    return ({name: _single(array) for name, array in _arrays(file).items()} for file in files)


def _single(array: Any) -> Any:
    """Return what an array without axes holds, which for text is what a training input takes."""
    return array.item() if array.ndim == 0 else array
