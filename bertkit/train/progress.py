"""Where a training is, and what it tells those who watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bertkit.train.score import Score


@dataclass(frozen=True)
class Point:
    """A point of the training curve.

    Attributes:
        step: batches learned.
        tokens: tokens learned, padding not counted.
        seconds: wall-clock time since the beginning.
        loss: mean since the point before.
        rate: the learning rate.
    """

    step: int
    tokens: int
    seconds: float
    loss: float
    rate: float


@dataclass
class Progress:
    """Where a training is between two batches.

    Attributes:
        epoch: which time the data are seen, from 0.
        batch: the epoch's batch that comes next, from 0.
        step: batches learned in all.
        tokens: tokens learned in all.
        seconds: wall-clock time since the training began, when this was last written or read.
        epoch_steps: batches of the first epoch; 0 until they are known.
        curve: points so far.
        scores: evaluations so far.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    epoch_steps: int = 0
    curve: list[Point] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Progress:
        """Read what `to_json` returned."""
        curve = [Point(**point) for point in values["curve"]]
        scores = [Score(**score) for score in values["scores"]]
        return cls(**{**values, "curve": curve, "scores": scores})


@dataclass(frozen=True)
class Report:
    """What a training tells after each batch.

    Attributes:
        fraction: how much is done, 0 to 1.
        step: batches learned.
        loss: of late; None in the beginning.
        tokens_per_second: since this part of the training began.
        seconds_left: if it goes on at this speed.
        score: the last evaluation.
    """

    fraction: float
    step: int
    loss: float | None
    tokens_per_second: float
    seconds_left: float
    score: Score | None

    def summary(self) -> str:
        """Return it in a few words."""
        parts = [f"step {self.step}"]
        if self.loss is not None:
            parts.append(f"loss {self.loss:.3f}")
        parts.append(f"{self.tokens_per_second:,.0f} tokens/s")
        if self.score is not None:
            parts.append(f"F1 {self.score.f1:.1f}")
        return ", ".join(parts)


Reporter = Callable[[Report], None]
