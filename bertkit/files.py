"""Files are written beside their target and moved over it, so that a reader never sees half of one."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK_BYTES = 1 << 20
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_HERE = -100  # AT_FDCWD: relative names begin in the working folder


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`; on failure the old file is left as it was.

    Raises:
        OSError: the folder is missing or not writable, or the disk is full.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` when the block ends without an error.

    Where the system can exchange two folders in one step (Linux, macOS), one of the two is at `path` at any moment.
    Elsewhere the old one is moved aside first and put back if the second move fails, so one is always complete on disk.
    """
    staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield staging
        os.chmod(staging, 0o777 & ~_umask())
        _swap(staging, path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(staging: Path, path: Path) -> None:
    if not path.exists():
        os.replace(staging, path)
        return
    if path.is_dir() and _exchange(staging, path):
        return  # the old one is in the place of the new one now, and removed with it
    retired = staging.with_name(f"{staging.name}.old")
    os.replace(path, retired)
    try:
        os.replace(staging, path)
    except BaseException:
        os.replace(retired, path)
        raise
    if retired.is_dir():
        shutil.rmtree(retired, ignore_errors=True)
    else:
        retired.unlink(missing_ok=True)


def _exchange(first: Path, second: Path) -> bool:
    """Let two names change places in one step; false where the system or the file system cannot."""
    names = [os.fsencode(first), os.fsencode(second)]
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(library.renamex_np(*names, _EXCHANGE) == 0)
        return bool(library.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0)
    except (AttributeError, OSError, TypeError):  # no such function, or no such library
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def digest_files(paths: Iterable[Path]) -> str:
    """Return the blake2b digest (hex, 128 bits) of the files' contents in the given order."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        digest.update(path.stat().st_size.to_bytes(8, "little"))
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
