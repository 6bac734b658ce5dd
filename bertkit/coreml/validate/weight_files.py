"""Where the weights that an ML Program refers to are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bertkit.coreml.manifest import leaves_folder
from bertkit.coreml.package import Package
from bertkit.coreml.weights import BlobFile, Record
from bertkit.errors import ModelError

_MODEL_PATH = "@model_path/"
_WEIGHTS = PurePosixPath("weights")
_WEIGHT_FILE = "weight.bin"


@dataclass(frozen=True)
class WeightFiles:
    """The weight files of one model, opened when first referred to.

    Attributes:
        folder: what `@model_path` stands for; None where there is none.
        weights: what `@model_path/weights` stands for where that is not inside `folder`; a folder, or one file that
            stands for `@model_path/weights/weight.bin`.
    """

    folder: Path | None = None
    weights: Path | None = None
    _opened: dict[str, BlobFile] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, package: Package) -> WeightFiles:
        """Return the files of a model on disk."""
        return cls(folder=package.specification_path.parent if package.path.is_dir() else None)

    def record(self, file_name: str, offset: int) -> Record:
        """Find a blob without reading its values.

        Args:
            file_name: as the program writes it.
            offset: of the blob's record.

        Raises:
            FileError: the file is missing or truncated.
            ModelError: the name leaves the package, or no blob begins at `offset`.
        """
        if file_name not in self._opened:
            self._opened[file_name] = BlobFile(self._path(file_name))
        return self._opened[file_name].locate(offset)

    def _path(self, file_name: str) -> Path:
        relative = PurePosixPath(file_name.removeprefix(_MODEL_PATH))
        if not file_name.startswith(_MODEL_PATH) or "\0" in file_name or leaves_folder(relative):
            raise ModelError(f'The weight file "{file_name}" is not inside the package; wanted {_MODEL_PATH}....')
        if self.folder is not None:
            return self.folder / relative
        if self.weights is not None and relative.parts[:1] == _WEIGHTS.parts:
            if self.weights.is_dir():
                return self.weights / relative.relative_to(_WEIGHTS)
            if relative == _WEIGHTS / _WEIGHT_FILE:
                return self.weights
        raise ModelError(f'The model refers to the weight file "{file_name}", but no such file comes with it.')
