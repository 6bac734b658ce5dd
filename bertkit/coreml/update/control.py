"""How one thread pauses, resumes and cancels the work of another."""

from __future__ import annotations

import threading


class Cancelled(Exception):  # noqa: N818  # a signal to unwind, not an error
    """Raised by `Control.check` once the work is cancelled."""


class Control:
    """A gate that work passes every few milliseconds."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._cancelled = threading.Event()
        self._open.set()

    def check(self) -> None:
        """Wait while paused.

        Raises:
            Cancelled: the work is to end.
        """
        self._open.wait()
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
