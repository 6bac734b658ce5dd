"""How one thread pauses, resumes, cancels and slows down the work of another, in this process or in one of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

_SECONDS_BETWEEN_RESTS = 0.05


class Cancelled(Exception):  # noqa: N818  # a signal to unwind, not an error
    """Raised by `Control.check` once the work is cancelled."""


class Control:
    """A gate that work passes every few milliseconds.

    Args:
        make_event: `threading.Event`, or that of a multiprocessing context, so that the work may be in a process.

    Attributes:
        share: of the time that the work takes, from above 0 to 1: it rests for the remainder. Set it before the work
            begins.
    """

    def __init__(self, make_event: Callable[[], Any] = threading.Event) -> None:
        self.share = 1.0
        self._open = make_event()
        self._cancelled = make_event()
        self._open.set()
        self._rested_at: float | None = None

    def check(self) -> None:
        """Wait while paused, and rest where only a share of the time is allowed.

        Raises:
            Cancelled: the work is to end.
        """
        self._open.wait()
        if self.share < 1:
            self._rest()
        if self._cancelled.is_set():
            raise Cancelled

    def pause(self) -> None:
        """Close the gate."""
        self._open.clear()

    def resume(self) -> None:
        """Open the gate."""
        self._open.set()

    def cancel(self) -> None:
        """End the work, paused or not."""
        self._cancelled.set()
        self._open.set()

    def _rest(self) -> None:
        now = time.monotonic()
        worked = 0.0 if self._rested_at is None else now - self._rested_at
        if worked >= _SECONDS_BETWEEN_RESTS:
            self._cancelled.wait(worked * (1 - self.share) / self.share)
            now = time.monotonic()
        if self._rested_at is None or worked >= _SECONDS_BETWEEN_RESTS:
            self._rested_at = now
