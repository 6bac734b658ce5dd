"""A model and what became of it: the base, the personalized versions, and which of them is in use."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.package import Package
from bertkit.coreml.update.changes import WeightChange, weight_changes
from bertkit.coreml.update.context import UpdateContext
from bertkit.coreml.update.make_trainer import check_updatable
from bertkit.coreml.update.record import update_records
from bertkit.coreml.update.task import UpdateTask
from bertkit.coreml.update.versions import INDEX, Version, Versions
from bertkit.errors import FileError, InputError

_LOCK = ".lock"
_CHECKPOINT = "checkpoint"
_BASE = 0


def _now() -> datetime:
    return datetime.now(timezone.utc)


class ModelStore:
    """A folder that holds an updatable model and its personalized versions.

    Reading is always safe: files of versions never change, and the index is replaced in one step. Writers take turns.

    Args:
        folder: of a store that `ModelStore.create` made.
        wait_seconds: how long a writer waits for another one.
        now: the time of day, for the versions.

    Raises:
        FileError: there is no store, or its index is damaged.
    """

    def __init__(self, folder: str | Path, *, wait_seconds: float = 10.0, now: Callable[[], datetime] = _now) -> None:
        self.folder = Path(folder)
        self._wait_seconds = wait_seconds
        self._now = now
        Versions.read(self.folder)

    @classmethod
    def create(cls, folder: str | Path, base: str | Path | Package) -> ModelStore:
        """Make a store from an updatable model, which is copied.

        A pipeline looks for linked models relative to the store's folder then: put them or a link to them there.

        Raises:
            FileError: there is a store already, or the folder cannot be written.
            ModelError: the model is not updatable.
        """
        folder = Path(folder)
        package = base if isinstance(base, Package) else Package.open(base)
        check_updatable(package)
        if (folder / INDEX).exists():
            raise FileError(f"There is a store of models in {folder} already. Open it with ModelStore(folder).")
        folder.mkdir(parents=True, exist_ok=True)
        file = f"base{package.path.suffix}"
        _copy(package.path, folder / file)
        version = Version(_BASE, file, Package.open(folder / file).digest, None, _now().isoformat(timespec="seconds"))
        Versions(_BASE, (version,), 1).write(folder)
        return cls(folder)

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, the base first."""
        return Versions.read(self.folder).versions

    @property
    def base(self) -> Version:
        """The model that the store was made from."""
        return self.versions[_BASE]

    @property
    def current(self) -> Version:
        """The version in use."""
        return Versions.read(self.folder).find(None)

    @property
    def checkpoint(self) -> Path:
        """Where an update of this store keeps its checkpoint."""
        return self.folder / _CHECKPOINT

    def path(self, version: Version | int | None = None) -> Path:
        """Return the file of a version, of the one in use for None.

        Raises:
            InputError: there is no such version.
        """
        return self.folder / Versions.read(self.folder).find(version).file

    def update(self, training_data: object, configuration: Configuration | None = None, **options: Any) -> UpdateTask:
        """Return a task that trains the version in use, with a checkpoint in the store; see `UpdateTask`."""
        return UpdateTask(self.path(), training_data, configuration, **{"checkpoint": self.checkpoint, **options})

    def keep(self, context: UpdateContext) -> Version:
        """Save the result of an update as a new version and use it.

        Raises:
            InputError: the result is of a model that is not in the store.
            FileError: another process writes, or the version cannot be written; the store is as it was.
        """
        package = context.package
        base = update_records(package.specification)[-1].base
        with self.lock():
            index = Versions.read(self.folder)
            parent = index.number_of(base)
            if parent is None:
                raise InputError(f"The update is of a model that is not in the store {self.folder}. Save it elsewhere.")
            number = index.next_number
            file = f"version_{number:04d}{package.path.suffix}"
            context.save(self.folder / file)
            saved = self._now().isoformat(timespec="seconds")
            version = Version(number, file, Package.open(self.folder / file).digest, parent, saved)
            Versions(number, (*index.versions, version), number + 1).write(self.folder)
            self.checkpoint.unlink(missing_ok=True)
        return version

    def rollback(self, to: Version | int | None = None) -> Version:
        """Use an earlier version again, for None the one that the present one was trained from; nothing is deleted.

        Raises:
            InputError: the base is in use, or there is no such version.
            FileError: another process writes.
        """
        with self.lock():
            index = Versions.read(self.folder)
            parent = index.find(None).parent
            if to is None and parent is None:
                raise InputError("The base is in use: there is nothing before it to roll back to.")
            version = index.find(parent if to is None else to)
            replace(index, current=version.number).write(self.folder)
        return version

    def discard(self, version: Version | int) -> Version:
        """Delete a version; if it is in use, the one that it was trained from takes its place.

        Returns:
            The version in use.

        Raises:
            InputError: it is the base, or there is no such version.
            FileError: another process writes.
        """
        with self.lock():
            index = Versions.read(self.folder)
            gone = index.find(version)
            if gone.parent is None:
                raise InputError("The base cannot be discarded. Delete the folder of the store instead.")
            kept = tuple(
                replace(other, parent=gone.parent) if other.parent == gone.number else other
                for other in index.versions
                if other is not gone
            )
            current = gone.parent if index.current == gone.number else index.current
            replace(index, current=current, versions=kept).write(self.folder)
            _delete(self.folder / gone.file)
        return self.current

    def diff(self, before: Version | int | None = None, after: Version | int | None = None) -> list[WeightChange]:
        """Compare two versions: for None the base, and the one in use.

        Raises:
            InputError: there is no such version.
        """
        first = self.path(_BASE if before is None else before)
        return weight_changes(Package.open(first).specification, Package.open(self.path(after)).specification)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out; what a killed writer left behind is removed.

        Raises:
            FileError: another process writes, and did not end within `wait_seconds`.
        """
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.folder / _LOCK, timeout=self._wait_seconds):
                self._clean()
                yield
        except Timeout as error:
            raise FileError(f"Another process writes to the store {self.folder}. Try again when it is done.") from error

    def _clean(self) -> None:
        known = {version.file for version in Versions.read(self.folder).versions} | {INDEX, _LOCK, _CHECKPOINT}
        for path in self.folder.iterdir():
            is_ours = path.name.startswith(("version_", ".version_", f".{INDEX}."))
            if is_ours and path.name not in known:
                _delete(path)


def _copy(source: Path, target: Path) -> None:
    try:
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    except OSError as error:
        raise FileError(f"{source} cannot be copied into the store: {error}.") from error


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
