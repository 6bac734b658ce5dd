"""The record of a training, written beside the weights."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from bertkit.train.origin import Origin
from bertkit.train.progress import Point, Progress
from bertkit.train.score import Score
from bertkit.train.settings import Settings
from bertkit.train.sources import Source

_FORMAT = 1


@dataclass(frozen=True)
class Record:
    """How a model came to be. It names files, not folders, so that it says nothing of the machine.

    Attributes:
        base: digest of the weights that the training began from.
        data: each file's name, digest and share.
        teachers: digests of the checkpoints that were imitated.
        settings: of the training, without its paths.
        steps: batches learned.
        tokens: tokens learned, padding not counted.
        seconds: wall-clock time.
        device: what it ran on, in words.
        versions: of bertkit and of torch.
        curve: loss over time.
        scores: evaluations on the way; the last is that of the weights beside the record.
    """

    base: str
    data: tuple[dict[str, Any], ...]
    teachers: tuple[str, ...]
    settings: dict[str, Any]
    steps: int
    tokens: int
    seconds: float
    device: str
    versions: dict[str, str]
    curve: tuple[Point, ...]
    scores: tuple[Score, ...]

    @classmethod
    def of(
        cls, origin: Origin, sources: tuple[Source, ...], progress: Progress, device: str, versions: dict[str, str]
    ) -> Record:
        """Return the record of a training that has ended."""
        stated = zip(sources, origin.data, strict=True)
        return cls(
            base=origin.base,
            data=tuple({"file": source.path.name, "share": source.share, "digest": key} for source, key in stated),
            teachers=origin.teachers,
            settings=_without_paths(origin.settings),
            steps=progress.step,
            tokens=progress.tokens,
            seconds=round(progress.seconds, 1),
            device=device,
            versions=versions,
            curve=tuple(progress.curve),
            scores=tuple(progress.scores),
        )

    def to_json(self) -> str:
        """Return it as a text of JSON."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n"


def _without_paths(settings: Settings) -> dict[str, Any]:
    values = settings.to_json()
    return {name: value for name, value in values.items() if name not in ("data", "dev", "teachers")}
