"""How far long work has come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol


class ProgressCallback(Protocol):
    """Called after each batch with what is done and the whole, in the same unit."""

    def __call__(self, done: int, total: int) -> None:
        """Report progress."""


class Progress(NamedTuple):
    """How far a question has come.

    Attributes:
        done: windows read.
        total: windows in all; an estimate until the last document has been cut into windows.
        seconds_left: at the pace so far.
    """

    done: int
    total: int
    seconds_left: float


class Meter:
    """Counts windows and estimates how many are to come.

    Args:
        total_characters: characters of all documents, each counted once for every question asked of it.
        clock: a clock in seconds.
    """

    def __init__(self, total_characters: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total_characters = total_characters
        self._clock = clock
        self._started = clock()
        self._cut_characters = 0
        self._cut_windows = 0
        self._done = 0

    def cut(self, characters: int, windows: int) -> None:
        """Note that more text was cut, into so many windows."""
        self._cut_characters += characters
        self._cut_windows += windows

    def read(self, windows: int) -> Progress:
        """Note that the model read so many windows; return where that leaves us."""
        self._done += windows
        left = self._total_characters - self._cut_characters
        total = self._cut_windows + round(self._cut_windows * left / self._cut_characters)
        pace = (self._clock() - self._started) / self._done
        return Progress(self._done, total, pace * (total - self._done))
