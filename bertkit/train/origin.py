"""What a training began from, so that it is not gone on with from something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertkit.bert.hub import locate
from bertkit.bert.tensors import WEIGHT_FILES
from bertkit.errors import InputError
from bertkit.files import digest_files
from bertkit.train.settings import Settings
from bertkit.train.sources import Source

# What may differ when a training goes on: when it ends, how it is watched, and where it runs.
_FREE = {
    *("epochs", "steps", "budget"),
    *("dev", "evaluate_every", "evaluate_limit", "checkpoint_every"),
    *("threads", "device", "compile", "gradient_checkpointing", "storage"),
    *("data", "teachers"),  # compared by content
}


@dataclass(frozen=True)
class Origin:
    """What a training began from.

    Attributes:
        base: digest of the checkpoint's weights.
        data: digest of each file that is learned from, in order.
        shares: how often an epoch takes each file's rows.
        teachers: digest of each teacher's weights.
        settings: of the training.
    """

    base: str
    data: tuple[str, ...]
    shares: tuple[float, ...]
    teachers: tuple[str, ...]
    settings: Settings

    @classmethod
    def of(cls, folder: Path, sources: tuple[Source, ...], settings: Settings) -> Origin:
        """Return the origin of a training that begins.

        Args:
            folder: the checkpoint's.
            sources: files that are learned from.
            settings: of the training.

        Raises:
            FileError: a teacher cannot be found.
        """
        return cls(
            base=_digest(folder),
            data=tuple(source.digest for source in sources),
            shares=tuple(source.share for source in sources),
            teachers=tuple(_digest(locate(teacher)) for teacher in settings.teachers),
            settings=settings,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        lists = {"data": list(self.data), "shares": list(self.shares), "teachers": list(self.teachers)}
        return {"base": self.base, **lists, "settings": self.settings.to_json()}

    def check(self, kept: dict[str, Any]) -> None:
        """Refuse to go on with the training of another origin.

        Raises:
            InputError: a checkpoint, a file or a setting is another one.
        """
        for name, what in (("base", "checkpoint"), ("data", "data"), ("shares", "shares"), ("teachers", "teachers")):
            if kept[name] != self.to_json()[name]:
                raise InputError(f"The interrupted training began from other {what}. Resume it with the same ones.")
        now, then = self.settings.to_json(), kept["settings"]
        changed = [name for name in now if name not in _FREE and now[name] != then.get(name)]
        if changed:
            said = ", ".join(f"{name} was {then.get(name)!r}, is now {now[name]!r}" for name in changed)
            raise InputError(f"The interrupted training had other settings: {said}. Resume it with the same ones.")


def _digest(folder: Path) -> str:
    """Return the digest of a checkpoint's weights."""
    return digest_files(sorted(path for name in WEIGHT_FILES for path in folder.glob(name)))
