"""An update that keeps out of the way: when the time is right, for a while, with a share of the processor."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from bertkit.coreml.update.duration import seconds_of
from bertkit.coreml.update.events import TaskState
from bertkit.coreml.update.task import UpdateTask
from bertkit.errors import InputError

_SECONDS_BETWEEN_LOOKS = 0.1

_logger = logging.getLogger(__name__)


class BackgroundUpdate:
    """Runs a task in the background.

        update = BackgroundUpdate(store.update(examples), budget="3 min", cpu_share=0.5)
        update.start()

    Give the task a checkpoint: when the budget ends, a new task with the same checkpoint goes on from there, in another
    session too. Tasks of a `ModelStore` have one.

    Args:
        task: not begun yet.
        budget: how long it may train, for example `3 min`; None for as long as it takes. Time in which `when` is false
            does not count.
        cpu_share: of the time that training takes, from above 0 to 1; it rests for the remainder.
        when: asked about ten times a second whether now is a good moment; while it is false, the task waits.
        on_expiration: called with the task when the budget has ended and the task is about to be cancelled.

    Raises:
        InputError: the task was begun already, or a value is out of its limits.
    """

    def __init__(
        self,
        task: UpdateTask,
        budget: str | float | None = None,
        cpu_share: float = 1.0,
        when: Callable[[], bool] | None = None,
        on_expiration: Callable[[UpdateTask], None] | None = None,
    ) -> None:
        if not 0 < cpu_share <= 1:
            raise InputError(f"cpu_share must be above 0 and at most 1; got {cpu_share}.")
        if task.state is not TaskState.SUSPENDED:
            raise InputError(f"The task must not be begun yet; it is {task.state.value}. Make a new one.")
        self.task = task
        self._seconds = None if budget is None else seconds_of(budget)
        self._when = when
        self._on_expiration = on_expiration
        self._expired = False
        self._holds = True  # it waits for the right moment; a task that someone else paused is left alone
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        task.limit_share(cpu_share)

    @property
    def expired(self) -> bool:
        """Whether the budget ended before the task did."""
        return self._expired

    def start(self) -> BackgroundUpdate:
        """Begin, and return at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="bertkit-background", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Cancel the task; its checkpoint is kept."""
        self._stopped.set()
        self.task.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the task has ended or the budget has; false if `timeout` seconds passed before."""
        if self._thread is None:
            raise InputError("The update was not begun. Call start() first.")
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _watch(self) -> None:
        try:
            self._run()
        except Exception:  # a faulty `when` or `on_expiration` must not leave the task running unwatched
            _logger.exception("a background update is cancelled, because a function that it was given failed")
            self.task.cancel()

    def _run(self) -> None:
        trained, looked_at = 0.0, time.monotonic()
        while not self._stopped.is_set() and self.task.state in (TaskState.SUSPENDED, TaskState.RUNNING):
            now = time.monotonic()
            if self.task.state is TaskState.RUNNING:
                trained += now - looked_at
            looked_at = now
            if self._seconds is not None and trained >= self._seconds:
                self._expire()
                return
            self._follow(self._when is None or self._when())
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _follow(self, is_good_moment: bool) -> None:
        if is_good_moment and self._holds and not self._stopped.is_set():
            self._holds = False
            self.task.resume()
        elif not is_good_moment and self.task.state is TaskState.RUNNING:
            self._holds = True
            self.task.pause()

    def _expire(self) -> None:
        self._expired = True
        if self._on_expiration is not None:
            self._on_expiration(self.task)
        self.task.cancel()
        self.task.wait()
