"""Models that are given to coremltools in memory, or as a compiled folder, to be opened later."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from bertkit.coreml import manifest
from bertkit.coreml.drop_in.compiled import open_compiled
from bertkit.coreml.package import Package
from bertkit.errors import InputError


@dataclass(frozen=True, eq=False)
class AssetProxy:
    """What `coremltools.models.model.MLModelAsset` holds.

    Attributes:
        path: of the compiled folder, or of the package that the memory was written to.
        folder: keeps that package for as long as the asset lives; None for a path of the caller's.
    """

    path: str
    folder: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def of_path(cls, path: str) -> AssetProxy:
        """Describe a compiled folder."""
        return cls(path)

    @classmethod
    def of_memory(cls, specification: bytes, files: Mapping[str, bytes]) -> AssetProxy:
        """Write a package of a serialized specification and its weight files, by their paths beside it.

        Raises:
            InputError: a path leaves the package.
        """
        folder = tempfile.TemporaryDirectory(prefix="bertkit-")
        package = Path(folder.name) / "model.mlpackage"
        beside = (package / manifest.DATA / manifest.MODEL).parent
        contents = {Path(manifest.MODEL).name: specification, **files}
        for name, content in contents.items():
            if manifest.leaves_folder(PurePosixPath(name)):
                raise InputError(
                    f'The path "{name}" of a weight file leaves the model. Use one like "weights/weight.bin".'
                )
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(content)
        has_weights = (beside / "weights").is_dir()
        (package / manifest.FILE_NAME).write_bytes(manifest.build("memory", has_weights=has_weights))
        return cls(str(package), folder)

    @cached_property
    def package(self) -> Package:
        """The model, opened; see `Package.open` for what it may raise."""
        return open_compiled(self.path)

    def as_asset(self) -> Any:
        """Wrap it in coremltools' own class."""
        return importlib.import_module("coremltools.models.model").MLModelAsset(self)
