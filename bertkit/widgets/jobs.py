"""Long work runs beside the notebook: a cell that computed itself would block the Cancel button's message."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

Result = TypeVar("Result")
State = Literal["waiting", "running", "done", "cancelled", "failed"]

_SECONDS_BETWEEN_REPORTS = 0.1
_logger = logging.getLogger(__name__)


class JobCancelled(Exception):  # noqa: N818  # a signal to unwind, not an error
    """Raised inside a job's work at its next report once the job is cancelled."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        done: units of work finished.
        total: units in all; 0 when unknown.
        note: what is being done, in words.
        data: what is known so far, plain values; None where there is nothing to show before the end.
    """

    done: int = 0
    total: int = 0
    note: str = ""
    data: Any = None


class Reporter:
    """What a job's work reports to, at least once a second: cancelling takes effect at a report.

    Args:
        listener: called with at most ten reports a second; the last one is never held back.
        cancelled: set when the work should stop.
        clock: seconds, rising.
    """

    def __init__(
        self,
        listener: Callable[[Progress], None],
        cancelled: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener = listener
        self._cancelled = cancelled
        self._clock = clock
        self._reported_at = float("-inf")

    def __call__(self, done: int, total: int = 0, note: str = "", data: Any = None) -> None:
        """Report progress.

        Raises:
            JobCancelled: the job was cancelled; let it pass.
        """
        if self._cancelled.is_set():
            raise JobCancelled
        now = self._clock()
        if now - self._reported_at >= _SECONDS_BETWEEN_REPORTS or (total and done >= total):
            self._reported_at = now
            self._listener(Progress(done, total, note, data))


class Job(Generic[Result]):
    """One piece of work in a thread of its own.

    Args:
        work: takes a `Reporter` and returns the result.
        on_progress: called from the thread with at most ten reports a second.
        on_end: called once, from the thread that ends the job, after `state` is final.
    """

    def __init__(
        self,
        work: Callable[[Reporter], Result],
        on_progress: Callable[[Progress], None] | None = None,
        on_end: Callable[[Job[Result]], None] | None = None,
    ) -> None:
        self.state: State = "waiting"
        self.progress = Progress()
        self.result: Result | None = None
        self.error: Exception | None = None
        self._work = work
        self._on_progress = on_progress
        self._on_end = on_end
        self._cancelled = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> Job[Result]:
        """Begin, and return at once."""
        self.state = "running"
        threading.Thread(target=self._run, name="bertkit-job", daemon=True).start()
        return self

    def cancel(self) -> None:
        """End the job now: its state is final on return, and whatever the work still computes is dropped.

        The thread itself ends when the work next reports.
        """
        self._cancelled.set()
        self._end("cancelled")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; false when `seconds` passed before it."""
        return self._ended.wait(seconds)

    def _run(self) -> None:
        try:
            result = self._work(Reporter(self._report, self._cancelled))
        except JobCancelled:
            self._end("cancelled")
        except Exception as error:  # handed to whoever waits for the job
            self._end("failed", error=error)
        else:
            self._end("done", result=result)

    def _report(self, progress: Progress) -> None:
        self.progress = progress
        if self._on_progress is not None:
            self._on_progress(progress)

    def _end(self, state: State, result: Result | None = None, error: Exception | None = None) -> None:
        with self._lock:
            if self._ended.is_set():
                return
            self.state, self.result, self.error = state, result, error
            self._ended.set()
        if error is not None:
            _logger.debug("a job failed", exc_info=error)
        if self._on_end is not None:
            self._on_end(self)
