"""Training in a process of its own: a loop that looks like `TrainingLoop` and lets another process do the work."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from bertkit.coreml.update.events import Event, Metrics
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.progress import Progress
from bertkit.coreml.update.trainer import Trainer
from bertkit.coreml.update.worker import CHANGE, GO, Message, Order, work
from bertkit.errors import BertkitError

# Spawned, not forked: a copy of a process whose threads hold locks may wait for them forever.
CONTEXT = multiprocessing.get_context("spawn")


class RemoteLoop:
    """Has a trainer's twin taught in another process, and keeps the trainer as the twin is.

    Args:
        order: what to do.
        trainer: is given the twin's state at the events that are wanted, at the end of every epoch, and every
            `state_seconds` of the order.
        parameters: those in force at the beginning.
        progress: where to begin.
        on_event: as of `TrainingLoop`, called in the thread that calls `run`, at the events that are wanted.
        on_boundary: likewise, whenever there is a new state.

    Attributes:
        progress: that of the trainer.
        latest: that of the twin.
    """

    def __init__(
        self,
        order: Order,
        trainer: Trainer,
        parameters: UpdateParameters,
        progress: Progress,
        on_event: Callable[[Event, Metrics], None],
        on_boundary: Callable[[bool], None],
    ) -> None:
        self.parameters = parameters
        self.progress = progress
        self.latest = progress
        self._order = order
        self._trainer = trainer
        self._on_event = on_event
        self._on_boundary = on_boundary
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def begin_at(self, progress: Progress) -> None:
        """Begin elsewhere than at the beginning; see `TrainingLoop.begin_at`."""
        self.progress = self.latest = progress

    def change(self, changes: Mapping[Any, object]) -> None:
        """Replace parameters; see `TrainingLoop.change`."""
        with self._lock:
            self.parameters = self.parameters.changed(changes)
            if self._connection is not None:
                self._connection.send((CHANGE, dict(changes)))

    def run(self) -> None:
        """Train to the end; see `TrainingLoop.run`.

        Raises:
            BertkitError: the process died.
        """
        own, its = CONTEXT.Pipe()
        begin = (self.parameters.plain, self.parameters.arrays, self.progress.to_json(), self._trainer.state())
        process = CONTEXT.Process(target=work, args=(its, self._order, *begin), daemon=True)
        process.start()
        its.close()
        with self._lock:
            self._connection = own
        try:
            while self._take_in(own.recv()):
                with self._lock:
                    own.send((GO, None))
        except (EOFError, ConnectionError) as error:
            process.join()
            raise BertkitError(
                f"The process that trained ended unexpectedly (exit code {process.exitcode}). A new task goes on from "
                "the last checkpoint, if there is one."
            ) from error
        finally:
            with self._lock:
                self._connection = None
            own.close()
            process.terminate()
            process.join()

    def _take_in(self, message: Message) -> bool:
        """Take in one message; false at the end."""
        self.latest = Progress.from_json(message.progress)
        if message.state is not None:
            self._trainer.restore(message.state)
            self.progress = self.latest
        if message.error is not None:
            raise message.error
        if message.event is not None:
            self._on_event(*message.event)
        elif message.state is not None and not message.ended:
            self._on_boundary(message.epoch_ended)
        return not message.ended
