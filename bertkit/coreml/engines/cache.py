"""The folder of compiled models: bounded, shared by processes, and never in the way.

A file that cannot be read is compiled anew; a folder that cannot be written is warned about once and then left alone.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bertkit.files import write_atomically

DEFAULT_LIMIT_BYTES = 4 << 30

_MAGIC = b"bertkit compiled model 1\n"
_ALIGNMENT = 4096
_SUFFIX = ".compiled"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CompiledModel:
    """What the cache keeps of one model.

    Attributes:
        header: anything that JSON holds.
        content: [bytes] uint8, a private map of the file: writing to it changes no file.
    """

    header: dict[str, Any]
    content: NDArray[np.uint8]


@dataclass(frozen=True)
class CompiledCache:
    """Compiled models by key.

    Attributes:
        folder: where the files are; made when first needed.
        limit_bytes: when a new file takes the folder over this size, the least recently used others are removed.
    """

    folder: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES

    def get(self, key: str) -> CompiledModel | None:
        """Return what is stored under the key; None where there is nothing, or nothing whole."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                compiled = _read(file.fileno())
        except OSError as error:
            _logger.debug("Nothing is cached in %s: %s", path, error)
            return None
        except (ValueError, KeyError) as error:
            _logger.warning("The compiled model %s is damaged (%s) and is compiled anew.", path, error)
            return None
        self._mark_used(path)
        return compiled

    def put(self, key: str, header: dict[str, Any], content: bytes) -> None:
        """Store a compiled model; failing to is no error, only a warning once a folder."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path(key), _written(header, content))
            self._evict(keep=self._path(key))
        except OSError as error:
            _warn_unwritable(self.folder, str(error))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _mark_used(self, path: Path) -> None:
        try:
            os.utime(path)
        except OSError as error:
            _logger.debug("Cannot touch %s: %s", path, error)

    def _evict(self, keep: Path) -> None:
        files = {path: status for path in self.folder.glob(f"*{_SUFFIX}") if (status := _status(path)) is not None}
        total = sum(status.st_size for status in files.values())
        for path in sorted(files, key=lambda path: files[path].st_mtime):
            if total <= self.limit_bytes:
                return
            if path != keep:
                _remove(path)
                total -= files[path].st_size


def open_cache(setting: str | Path | Literal[False] | None) -> CompiledCache | None:
    """Return the cache that `Configuration.cache` names; None where it is switched off."""
    if setting is False:
        return None
    if setting is None:
        import platformdirs

        return CompiledCache(platformdirs.user_cache_path("bertkit", appauthor=False) / "compiled")
    return CompiledCache(Path(setting))


def key_of(**parts: object) -> str:
    """Return the key for a set of named facts: any difference in one of them gives another key."""
    return blake2b(json.dumps(parts, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def _written(header: dict[str, Any], content: bytes) -> bytes:
    text = json.dumps({**header, "content_bytes": len(content)}).encode()
    start = _MAGIC + len(text).to_bytes(8, "little") + text
    padding = -len(start) % _ALIGNMENT
    return start + b"\0" * padding + content


def _read(descriptor: int) -> CompiledModel:
    mapped = mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)
    if mapped[: len(_MAGIC)] != _MAGIC:
        raise ValueError("it does not begin as a compiled model does")
    text = len(_MAGIC) + 8
    end = text + int.from_bytes(mapped[len(_MAGIC) : text], "little")
    header = json.loads(mapped[text:end])
    if not isinstance(header, dict) or not isinstance(header.get("content_bytes"), int):
        raise ValueError("its header says no size")
    size = header.pop("content_bytes")
    offset = -(-end // _ALIGNMENT) * _ALIGNMENT
    if len(mapped) != offset + size:
        raise ValueError(f"{offset + size} bytes wanted, it has {len(mapped)}")
    return CompiledModel(header, np.frombuffer(mapped, dtype=np.uint8, offset=offset))


def _status(path: Path) -> os.stat_result | None:
    """Return a file's size and times; None if another process has removed it meanwhile."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _logger.debug("Cannot remove %s: %s", path, error)


@cache
def _warn_unwritable(folder: Path, reason: str) -> None:
    _logger.warning(
        "Compiled models cannot be kept in %s (%s), so this one is compiled anew in every process. "
        "Name a writable folder with Configuration(cache=...).",
        folder,
        reason,
    )
