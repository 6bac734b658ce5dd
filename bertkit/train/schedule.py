"""How far a training is, by steps or by the clock."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.train.settings import Settings

DEFAULT_EPOCHS = 3.0


@dataclass(frozen=True)
class Course:
    """When a training ends.

    Attributes:
        steps: after so many batches; None where only the clock counts.
        seconds: after so much wall-clock time; None where only the steps count.
    """

    steps: int | None
    seconds: float | None

    @classmethod
    def of(cls, settings: Settings, epoch_steps: int) -> Course:
        """Return the course that the settings describe; three epochs where they state none.

        Args:
            settings: of the training.
            epoch_steps: batches of an epoch.
        """
        limits = [] if settings.steps is None else [settings.steps]
        epochs = settings.epochs
        if epochs is None and settings.steps is None and not settings.budget:
            epochs = DEFAULT_EPOCHS
        if epochs is not None:
            limits.append(max(1, round(epochs * epoch_steps)))
        return cls(min(limits, default=None), settings.budget_seconds)

    def fraction(self, step: float, seconds: float) -> float:
        """Return how much of the training is done, 0 to 1.

        Args:
            step: batches learned; half of one is its middle.
            seconds: wall-clock time since the beginning.
        """
        by_steps = 0.0 if self.steps is None else step / self.steps
        by_clock = 0.0 if self.seconds is None else seconds / self.seconds
        return min(1.0, max(by_steps, by_clock))
