"""The files that a model consists of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bertkit.coreml import Package
from bertkit.coreml.manifest import FILE_NAME
from bertkit.errors import FileError

_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class ModelFile:
    """One file.

    Attributes:
        name: path inside the package, with slashes; the file's own name for an `.mlmodel`.
        size_bytes: its length.
        role: `manifest`, `specification`, `weights` or `other`.
    """

    name: str
    size_bytes: int
    role: str


def files_of(package: Package) -> list[ModelFile]:
    """List the files of a model, sorted by name."""
    if not package.path.is_dir():
        return [ModelFile(package.path.name, package.path.stat().st_size, "specification")]
    weights = set(package.weight_paths())
    found = []
    for path in sorted(path for path in package.path.rglob("*") if path.is_file()):
        name = path.relative_to(package.path).as_posix()
        role = "weights" if path in weights else "manifest" if name == FILE_NAME else "other"
        found.append(
            ModelFile(name, path.stat().st_size, "specification" if path == package.specification_path else role)
        )
    return found


def sha256_of(package: Package, name: str, progress: Callable[[int, int], None]) -> str:
    """Return the SHA-256 of one of a model's files, in hexadecimal.

    Args:
        package: the model.
        name: as `files_of` lists it.
        progress: called with the bytes read so far and in all.

    Raises:
        FileError: the model has no such file, or it cannot be read.
    """
    if name not in {file.name for file in files_of(package)}:
        raise FileError(f'{package.path} has no file "{name}".')
    path = package.path / name if package.path.is_dir() else package.path
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    try:
        with Path(path).open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                done += len(chunk)
                progress(done, total)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()
