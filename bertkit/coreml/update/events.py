"""What happens during an update, and what a handler is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag


class Event(Flag):
    """When a progress handler is called; several may be joined with `|`."""

    TRAINING_BEGIN = 1
    EPOCH_END = 2
    MINI_BATCH_END = 4


class TaskState(str, Enum):
    """Where an update task is."""

    SUSPENDED = "suspended"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True)
class Metrics:
    """How training goes.

    Attributes:
        loss: mean over the mini-batch at its end, over the epoch at its end; NaN before the first mini-batch.
        epoch_index: of the epoch that is meant, from 0.
        mini_batch_index: of the last mini-batch in it, from 0; -1 before the first one.
    """

    loss: float = float("nan")
    epoch_index: int = 0
    mini_batch_index: int = -1
