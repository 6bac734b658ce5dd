"""The index of a store: which versions of a model there are, and which is in use."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bertkit.errors import FileError, InputError
from bertkit.files import write_atomically

INDEX = "store.json"
_FORMAT = 1


@dataclass(frozen=True)
class Version:
    """One version of a model in a store.

    Attributes:
        number: 0 for the base, counted up and never used twice.
        file: its name in the store's folder.
        digest: of its content.
        parent: number of the version that it was trained from; None for the base.
        saved: when, as ISO 8601 in UTC.
    """

    number: int
    file: str
    digest: str
    parent: int | None
    saved: str


@dataclass(frozen=True)
class Versions:
    """All versions of a store.

    Attributes:
        current: number of the one in use.
        versions: the base first.
        next_number: of the next version.
    """

    current: int
    versions: tuple[Version, ...]
    next_number: int

    @classmethod
    def read(cls, folder: Path) -> Versions:
        """Read the index of a store.

        Raises:
            FileError: there is none, or it is damaged.
        """
        path = folder / INDEX
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values.pop("format") != _FORMAT:
                raise ValueError("it is of another version")
            versions = tuple(Version(**version) for version in values.pop("versions"))
            return cls(**values, versions=versions)
        except FileNotFoundError as error:
            raise FileError(f"There is no store of models in {folder}. Make one with ModelStore.create.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FileError(f"The index {path} cannot be read: {error}.") from error

    def write(self, folder: Path) -> None:
        """Replace the index of a store in one step.

        Raises:
            FileError: it cannot be written; what was there is as it was.
        """
        content = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1)
        try:
            write_atomically(folder / INDEX, content.encode())
        except OSError as error:
            raise FileError(f"The index of the store {folder} cannot be written: {error}.") from error

    def find(self, wanted: Version | int | None) -> Version:
        """Return a version; the one in use for None.

        Raises:
            InputError: there is no such version.
        """
        number = wanted.number if isinstance(wanted, Version) else self.current if wanted is None else wanted
        for version in self.versions:
            if version.number == number:
                return version
        numbers = ", ".join(str(version.number) for version in self.versions)
        raise InputError(f"The store has no version {number}. It has: {numbers}.")

    def number_of(self, digest: str) -> int | None:
        """Return the number of the version with this digest; None where there is none."""
        return next((version.number for version in self.versions if version.digest == digest), None)
