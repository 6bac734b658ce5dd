"""`Manifest.json`: the table of contents of an `.mlpackage`."""

from __future__ import annotations

import json
import uuid
from pathlib import Path, PurePosixPath
from typing import Any

from bertkit.errors import FileError

FILE_NAME = "Manifest.json"
DATA = "Data"
AUTHOR = "com.apple.CoreML"
MODEL = f"{AUTHOR}/model.mlmodel"
WEIGHTS = f"{AUTHOR}/weights"
_FORMAT_VERSION = "1.0.0"
_NAMESPACE = uuid.UUID("6f6a2a53-3a0c-5d5e-9c0b-7a6c2f6f0b1d")


def root_model(package: Path) -> Path:
    """Return the path of the specification that the package's manifest names.

    Raises:
        FileError: the manifest is missing, malformed, or points outside the package or at nothing.
    """
    path = package / FILE_NAME
    if not path.is_file():
        raise FileError(f"{package} is not a Core ML package: it has no {FILE_NAME}. Copy the whole folder again.")
    try:
        content: Any = json.loads(path.read_bytes())
        relative = content["itemInfoEntries"][content["rootModelIdentifier"]]["path"]
        target = PurePosixPath(relative)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError(
            f"{path} is malformed or truncated ({type(error).__name__}: {error}); wanted JSON with rootModelIdentifier "
            "and itemInfoEntries. Copy the whole folder again."
        ) from error
    if leaves_folder(target):
        raise FileError(f'{path} names the root model "{relative}", which is outside the package.')
    model = package / DATA / target
    if not _is_file(model):
        raise FileError(f"{path} names the root model {model}, which is not there. Copy the whole folder again.")
    return model


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have: too long, or with a null character
        return False


def leaves_folder(relative: PurePosixPath) -> bool:
    """Say whether a path from a file could point outside the folder it is joined to.

    Symbolic links are followed: download caches build packages out of them.
    """
    return relative.is_absolute() or ".." in relative.parts or "\\" in str(relative) or ":" in str(relative)


def build(content_digest: str, has_weights: bool) -> bytes:
    """Write the manifest of a package with one model.

    Args:
        content_digest: digest of what the package holds; the identifiers are derived from it, so the same content gives
            the same package.
        has_weights: whether there is a weights folder.
    """
    model = _identifier(content_digest, "model")
    entries = {model: _entry("CoreML Model Specification", MODEL)}
    if has_weights:
        entries[_identifier(content_digest, "weights")] = _entry("CoreML Model Weights", WEIGHTS)
    manifest = {"fileFormatVersion": _FORMAT_VERSION, "itemInfoEntries": entries, "rootModelIdentifier": model}
    return json.dumps(manifest, indent=4, sort_keys=True).encode()


def _identifier(content_digest: str, role: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{content_digest}/{role}")).upper()


def _entry(description: str, path: str) -> dict[str, str]:
    return {"author": AUTHOR, "description": description, "name": PurePosixPath(path).name, "path": path}
