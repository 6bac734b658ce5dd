"""Where training is: with the trainer's state, all that a continuation needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.update.events import Metrics

_SEEDS = 1 << 64


@dataclass
class Progress:
    """Changes with every mini-batch.

    Attributes:
        epoch: of the epoch that is being learned, from 0; the number of epochs once all are done.
        done: examples of this epoch that are learned already.
        mini_batch: mini-batches of this epoch that are learned already.
        seed: of this epoch's order; None for the order of the examples.
        loss_sum: of the examples learned in this epoch.
        loss: of the last mini-batch; None before the first one.
        curve: mean loss of each epoch that is done.
    """

    epoch: int = 0
    done: int = 0
    mini_batch: int = 0
    seed: int | None = None
    loss_sum: float = 0.0
    loss: float | None = None
    curve: list[float] = field(default_factory=list)

    def order(self, count: int) -> NDArray[np.int64]:
        """Return the order of `count` examples in this epoch: the same for the same seed and epoch, always."""
        if self.seed is None:
            return np.arange(count)
        return np.random.default_rng([self.seed % _SEEDS, self.epoch]).permutation(count)

    def learned(self, count: int, loss: float) -> None:
        """Count one mini-batch of `count` examples."""
        self.done += count
        self.mini_batch += 1
        self.loss = loss
        self.loss_sum += loss * count

    def end_epoch(self) -> Metrics:
        """Go on to the next epoch and return the metrics of the one that ended."""
        mean = self.loss_sum / self.done
        metrics = Metrics(mean, self.epoch, self.mini_batch - 1)
        self.curve.append(mean)
        self.epoch, self.done, self.mini_batch, self.loss_sum = self.epoch + 1, 0, 0, 0.0
        return metrics

    @property
    def metrics(self) -> Metrics:
        """The metrics of the last mini-batch, of the last epoch where the next one has not begun."""
        if self.mini_batch == 0 and self.curve:
            return Metrics(self.curve[-1], self.epoch - 1)
        return Metrics(float("nan") if self.loss is None else self.loss, self.epoch, self.mini_batch - 1)

    def to_json(self) -> dict[str, Any]:
        """Return the attributes by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Progress:
        """Read what `to_json` returned."""
        return cls(**values)
