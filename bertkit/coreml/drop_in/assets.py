"""Models that are given to coremltools in memory, or as a compiled folder, to be opened later."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from bertkit.coreml import manifest
from bertkit.coreml.drop_in.compiled import lasting_folder, open_compiled
from bertkit.coreml.package import Package
from bertkit.errors import InputError


@dataclass(eq=False)
class AssetProxy:
    """What `coremltools.models.model.MLModelAsset` holds.

    Attributes:
        path: of the compiled folder, or of the package that the memory was written to.
    """

    path: str

    @classmethod
    def of_memory(cls, specification: bytes, files: Mapping[str, bytes]) -> AssetProxy:
        """Write a package of a serialized specification and its weight files, by their paths beside it.

        The package lasts as long as the asset.

        Raises:
            InputError: a path leaves the package.
        """
        asset = cls("")
        package = lasting_folder(asset) / "model.mlpackage"
        asset.path = str(package)
        beside = (package / manifest.DATA / manifest.MODEL).parent
        for name, content in {Path(manifest.MODEL).name: specification, **files}.items():
            if manifest.leaves_folder(PurePosixPath(name)):
                raise InputError(f'The weight file "{name}" leaves the model. Use a path like "weights/weight.bin".')
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            (beside / name).write_bytes(content)
        has_weights = (package / manifest.DATA / manifest.WEIGHTS).is_dir()
        (package / manifest.FILE_NAME).write_bytes(manifest.build(package.parent.name, has_weights))
        return asset

    @cached_property
    def package(self) -> Package:
        """The model, opened; see `Package.open` for what it may raise."""
        return open_compiled(self.path)

    def as_asset(self) -> Any:
        """Wrap it in coremltools' own class."""
        return importlib.import_module("coremltools.models.model").MLModelAsset(self)
