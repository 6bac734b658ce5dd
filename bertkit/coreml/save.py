"""Write a Core ML model to disk: a single `.mlmodel` file or an `.mlpackage` folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bertkit.coreml import manifest, validate
from bertkit.coreml.package import SUFFIXES
from bertkit.errors import FileError, InputError
from bertkit.files import digest_files, replaced_folder, write_atomically

_WEIGHT_FILE = "weight.bin"


def save_model(path: str | Path, specification: Any, weights: str | Path | None = None) -> Path:
    """Write a valid model so that the file at `path` is always a whole one, the old or the new.

    Equal content gives equal files.

    Args:
        path: target, ending in `.mlmodel` or `.mlpackage`; replaced if it exists.
        specification: `Model_pb2.Model`.
        weights: of an `.mlpackage`: the folder of weight files, or one file that becomes `weights/weight.bin`.

    Returns:
        `path`.

    Raises:
        InputError: the suffix is another one, or a single file is asked for where only a package will do.
        FileError: the folder of `path` or the weights are missing, or writing fails.
        ModelError: the model breaks a rule of the specification; nothing is written.
    """
    path = Path(path)
    weights = None if weights is None else Path(weights)
    _check(path, specification, weights)
    validate.check(specification, weights)
    try:
        if path.suffix == ".mlmodel":
            write_atomically(path, specification.SerializeToString(deterministic=True))
        else:
            with replaced_folder(path) as folder:
                _fill(folder, specification, weights)
    except OSError as error:
        raise FileError(f"The model cannot be written to {path}: {error}.") from error
    return path


def _check(path: Path, specification: Any, weights: Path | None) -> None:
    if path.suffix not in SUFFIXES:
        raise InputError(f'A Core ML model is saved as .mlpackage or .mlmodel, got "{path.name}". Change the suffix.')
    if path.suffix == ".mlmodel" and (weights is not None or specification.WhichOneof("Type") == "mlProgram"):
        raise InputError(f"{path.name}: an ML Program and its weights need an .mlpackage. Change the suffix.")
    if weights is not None and not weights.exists():
        raise FileError(f"The weights {weights} to save with {path.name} do not exist.")
    if not path.parent.is_dir():
        raise FileError(f"The folder {path.parent} to save {path.name} in does not exist. Create it first.")


def _fill(folder: Path, specification: Any, weights: Path | None) -> None:
    model = folder / manifest.DATA / manifest.MODEL
    model.parent.mkdir(parents=True)
    model.write_bytes(specification.SerializeToString(deterministic=True))
    target = folder / manifest.DATA / manifest.WEIGHTS
    # Contents only: the mode of a folder that was a temporary one would shut other users out.
    for source, name in _weight_files(weights):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
    files = sorted(path for path in target.rglob("*") if path.is_file()) if target.is_dir() else []
    content = manifest.build(digest_files([model, *files]), has_weights=target.is_dir())
    (folder / manifest.FILE_NAME).write_bytes(content)


def _weight_files(weights: Path | None) -> list[tuple[Path, Path]]:
    """Return the files to copy, each with its path in the package's folder of weights."""
    if weights is None:
        return []
    if weights.is_file():
        return [(weights, Path(_WEIGHT_FILE))]
    return [(path, path.relative_to(weights)) for path in sorted(weights.rglob("*")) if path.is_file()]
