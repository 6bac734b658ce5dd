"""Compiled models, where nothing compiles: an `.mlmodelc` folder that holds the model it was made from."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

from bertkit.coreml.package import Package
from bertkit.errors import UnsupportedError

_INSIDE = "bertkit"


def lasting_folder(owner: object) -> Path:
    """Return a new temporary folder that is removed with an object."""
    folder = tempfile.mkdtemp(prefix="bertkit-")
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def compile_package(package: Package, folder: Path | None = None) -> str:
    """Put a model into an `.mlmodelc` folder of its name.

    Args:
        package: the model.
        folder: where to put it; None for a new temporary folder, which is left to the caller.

    Returns:
        The path of the `.mlmodelc`.
    """
    parent = Path(tempfile.mkdtemp(prefix="bertkit-")) if folder is None else folder
    compiled = parent / f"{package.path.stem}.mlmodelc"
    compiled.mkdir()
    inside = compiled / f"{_INSIDE}{'.mlpackage' if package.path.is_dir() else '.mlmodel'}"
    if package.path.is_dir():
        shutil.copytree(package.path, inside)
    else:
        inside.write_bytes(package.specification.SerializeToString())
    return str(compiled)


def open_compiled(path: str) -> Package:
    """Open a model, or one that `compile_package` put into an `.mlmodelc`.

    Raises:
        UnsupportedError: the `.mlmodelc` was made by Core ML.
        FileError, ModelError: as `Package.open`.
    """
    if Path(path).suffix != ".mlmodelc" or not Path(path).exists():
        return Package.open(path)
    inside = next(Path(path).glob(f"{_INSIDE}.*"), None)
    if inside is None:
        raise UnsupportedError(
            f"{path} was compiled by Core ML for one device. Open the .mlpackage or .mlmodel it came from, or compile "
            "that here."
        )
    return Package.open(inside)
