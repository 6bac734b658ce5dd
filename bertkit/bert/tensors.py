"""A checkpoint's weights by name, read from disk only when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.weight_files import WeightFile, open_weight_file
from bertkit.errors import CheckpointError, FileError

WEIGHT_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
"""Where weights are looked for, in this order."""

# Checkpoints converted from TensorFlow call a normalization's parameters by their names there.
_LEGACY_ENDINGS = {".gamma": ".weight", ".beta": ".bias"}


@dataclass(frozen=True)
class Tensors(Mapping[str, NDArray[np.float32]]):
    """Weights by their names in the checkpoint; reading one gives a new float32 array.

    Attributes:
        folder: the checkpoint.
        files: name of the file that holds each tensor.
        stored_names: name under which the file holds each tensor, where it is another one.
        opened: the files opened so far.
    """

    folder: Path
    files: Mapping[str, str]
    stored_names: Mapping[str, str]
    opened: dict[str, WeightFile] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path) -> Tensors:
        """List the tensors of the first of `WEIGHT_FILES` that is there.

        Raises:
            CheckpointError: none of them is there, or a shard is missing.
            FileError: a file is truncated or malformed.
        """
        found = next((name for name in WEIGHT_FILES if (folder / name).is_file()), None)
        if found is None:
            raise CheckpointError(f"{folder} has no weights. Looked for: {', '.join(WEIGHT_FILES)}.")
        opened: dict[str, WeightFile] = {}
        if found.endswith(".index.json"):
            files = _read_index(folder / found)
        else:
            opened[found] = open_weight_file(folder / found)
            files = dict.fromkeys(sorted(opened[found].names), found)
        stored_names = {_modern(name): name for name in files}
        return cls(folder, {_modern(name): file for name, file in files.items()}, stored_names, opened)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape without reading it.

        Raises:
            KeyError: there is no such tensor.
            FileError: its file is truncated or malformed.
            CheckpointError: its shard does not hold it after all.
        """
        return self._file_of(name).shape(self.stored_names[name])

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self._file_of(name).read(self.stored_names[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def _file_of(self, name: str) -> WeightFile:
        file = self.files[name]
        if file not in self.opened:
            self.opened[file] = open_weight_file(self.folder / file)
        if self.stored_names[name] not in self.opened[file].names:
            raise CheckpointError(
                f"{self.folder / file} lacks the tensor {name}, which the index places in it. Download it again."
            )
        return self.opened[file]


def _modern(name: str) -> str:
    for old, new in _LEGACY_ENDINGS.items():
        if name.endswith(old):
            return name.removesuffix(old) + new
    return name


def _read_index(path: Path) -> dict[str, str]:
    try:
        files = {str(name): str(file) for name, file in json.loads(path.read_text("utf-8"))["weight_map"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f'{path} must be JSON with a "weight_map": {error}. Download the checkpoint again.') from error
    for file in sorted(set(files.values())):
        if Path(file).name != file or not (path.parent / file).is_file():
            raise CheckpointError(f"{path} refers to the shard {file}, which is missing in {path.parent}.")
    return files
