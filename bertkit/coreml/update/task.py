"""An update of a model: training examples in, a new model out, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import describe
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.context import UpdateContext
from bertkit.coreml.update.control import Cancelled, Control
from bertkit.coreml.update.events import Event, Metrics, TaskState
from bertkit.coreml.update.examples import read_examples
from bertkit.coreml.update.make_trainer import make_trainer
from bertkit.coreml.update.remote import CONTEXT
from bertkit.coreml.update.run import UpdateRun
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.worker import Order
from bertkit.errors import BertkitError, InputError

Handler = Callable[[UpdateContext], None]

_logger = logging.getLogger(__name__)


class UpdateTask:
    """Trains an updatable model on examples.

    The constructor checks the model, every example and every parameter; `resume` begins the work and returns at once.
    Training computes in float32 on the processor; equal input gives equal bytes there.

        task = UpdateTask("head.mlmodel", examples, Configuration(parameters={"epochs": 5}))
        task.resume()
        task.result().save("mine.mlmodel")

    Args:
        model: path of an updatable model, or an open package.
        training_data: see `bertkit.coreml.update.examples.read_examples`.
        configuration: `parameters` overrides what the file declares, within its limits; the rest is how
            `context.model` predicts.
        progress_handlers: for each event, or several joined with `|`, a function of an `UpdateContext`. It is called in
            the task's thread, and training goes on when it returns.
        completion_handler: called with the last context when the task has ended, however it ended; see `error`.
        checkpoint: a file that is written after each epoch and every `checkpoint_seconds`. If it is there and of the
            same model and examples, the task goes on from it.
        checkpoint_seconds: between checkpoints within an epoch.
        semantics: what the specification leaves open.
        process: train in a process of its own, which leaves this one its processor time. As always where Python starts
            processes, a script then needs `if __name__ == "__main__":`.

    Raises:
        FileError: the model, the examples or the checkpoint cannot be read.
        ModelError: the model is not updatable.
        InputError: an example, named by its index, or a parameter does not fit; or the checkpoint is of another update.
        UnsupportedError: the model cannot be updated here.
    """

    def __init__(
        self,
        model: str | Path | Package,
        training_data: object,
        configuration: Configuration | None = None,
        progress_handlers: Mapping[Event, Handler] | None = None,
        completion_handler: Handler | None = None,
        *,
        checkpoint: str | Path | None = None,
        checkpoint_seconds: float = 30.0,
        semantics: Semantics | None = None,
        process: bool = False,
    ) -> None:
        package = model if isinstance(model, Package) else Package.open(model)
        self._configuration = Configuration() if configuration is None else configuration
        semantics = Semantics() if semantics is None else semantics
        trainer = make_trainer(package, self._configuration, semantics)
        given = self._configuration.parameters.items()
        parameters = trainer.parameters.changed(
            {key: value for key, value in given if not ParameterKey.of(key).is_link}
        )
        examples = read_examples(describe(package).training_inputs, training_data)
        self._handlers = _checked_handlers(progress_handlers)
        self._completion_handler = completion_handler
        self._control = Control(CONTEXT.Event if process else threading.Event)
        order = None
        if process:
            order = Order.of(package, examples, self._configuration, semantics, self._control)
            order = replace(order, wanted=reduce(or_, self._handlers, Event(0)), state_seconds=checkpoint_seconds)
        self._run = UpdateRun(package, trainer, examples, parameters, semantics, self._control, self._notify, order)
        if checkpoint is not None:
            self._run.keep_at(Path(checkpoint), checkpoint_seconds, time.monotonic)
        self._state = TaskState.SUSPENDED
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None
        self._future: Future[UpdateContext] = Future()
        self._future.set_running_or_notify_cancel()
        self._lock = threading.RLock()

    @property
    def state(self) -> TaskState:
        """Suspended, running, cancelling, completed or failed; a task begins suspended."""
        return self._state

    @property
    def error(self) -> Exception | None:
        """Why the task failed; None otherwise."""
        return self._error

    @property
    def loss_curve(self) -> tuple[float, ...]:
        """The mean loss of each epoch so far."""
        return tuple(self._run.progress.curve)

    @property
    def metrics(self) -> Metrics:
        """The latest loss and place."""
        return self._run.progress.metrics

    @property
    def fraction(self) -> float:
        """How much of the update is done, from 0 to 1."""
        return self._run.fraction

    @property
    def example_count(self) -> int:
        """The number of training examples."""
        return len(self._run.examples)

    def resume(self, with_parameters: Mapping[Any, object] | None = None) -> None:
        """Begin, or go on after a pause.

        Args:
            with_parameters: parameters to replace from the next mini-batch on; also in a handler of a running task.

        Raises:
            InputError: the model has no such parameter, does not allow the value, or the task has ended.
        """
        with self._lock:
            if self._state in (TaskState.COMPLETED, TaskState.FAILED, TaskState.CANCELLING):
                raise InputError(f"The update is {self._state.value} and cannot be resumed. Make a new task.")
            if with_parameters is not None:
                self._run.change(with_parameters)
            self._state = TaskState.RUNNING
            self._control.resume()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bertkit-update", daemon=True)
                self._thread.start()

    def pause(self) -> None:
        """Stop after the present mini-batch until `resume`; nothing happens unless the task is running."""
        with self._lock:
            if self._state is TaskState.RUNNING:
                self._state = TaskState.SUSPENDED
                self._control.pause()

    def limit_share(self, share: float) -> None:
        """Let the task take only a share of the time, from above 0 to 1; before it is resumed for the first time."""
        self._control.share = share

    def cancel(self) -> None:
        """End the task within the present mini-batch; it fails, and keeps its checkpoint if it has one."""
        with self._lock:
            if self._state not in (TaskState.SUSPENDED, TaskState.RUNNING):
                return
            self._state = TaskState.CANCELLING
            self._control.cancel()
            if self._thread is not None:
                return
        self._end(self._cancellation())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end.

        Args:
            timeout: in seconds; None waits as long as it takes.

        Returns:
            Whether the task has ended.

        Raises:
            InputError: the task was never resumed.
        """
        try:
            self.result(timeout)
        except TimeoutError:
            return False
        except Exception as error:
            if error is not self._error:
                raise
        return True

    def result(self, timeout: float | None = None) -> UpdateContext:
        """Wait for the end and return the last context.

        Args:
            timeout: in seconds; None waits as long as it takes.

        Raises:
            TimeoutError: the task has not ended.
            InputError: the task was never resumed, or an example does not fit.
            BertkitError: the task failed or was cancelled.
        """
        self._check_begun()
        try:
            return self._future.result(timeout)
        except TimeoutError:
            raise
        except Exception as error:
            if self._future.done():
                raise
            raise TimeoutError from error  # Python 3.10 has its own class for it

    def __await__(self) -> Generator[Any, None, UpdateContext]:
        """Wait for the end as `result` does, without blocking the event loop."""
        self._check_begun()
        return asyncio.wrap_future(self._future).__await__()

    def _check_begun(self) -> None:
        if self._thread is None and not self._future.done():
            raise InputError("The update was not begun, so that it would never end. Call resume() first.")

    def _work(self) -> None:
        try:
            self._run.train()
        except Cancelled:
            self._end(self._cancellation())
        except Exception as error:  # handed to whoever waits for the task
            _logger.debug("an update failed", exc_info=error)
            self._end(error)
        else:
            self._end(None)

    def _cancellation(self) -> BertkitError:
        progress = self._run.progress
        try:
            kept = self._run.keep_last()
            hint = f" A new task with the checkpoint {kept} goes on from there." if kept else ""
        except BertkitError as error:
            hint = f" {error}"
        return BertkitError(
            f"The update was cancelled after {progress.epoch} epochs and {progress.mini_batch} mini-batches.{hint}"
        )

    def _end(self, error: Exception | None) -> None:
        with self._lock:
            self._error = error
            self._state = TaskState.COMPLETED if error is None else TaskState.FAILED
        context = self._run.context(self, None, self._configuration)
        if self._completion_handler is not None:
            try:
                self._completion_handler(context)
            except Exception:  # the update itself has ended already, right or wrong
                _logger.exception("the completion handler of an update failed")
        if error is None:
            self._future.set_result(context)
        else:
            self._future.set_exception(error)

    def _notify(self, event: Event) -> None:
        for events, handler in self._handlers.items():
            if event in events:
                handler(self._run.context(self, event, self._configuration))
                self._control.check()


def _checked_handlers(handlers: Mapping[Event, Handler] | None) -> dict[Event, Handler]:
    checked = {} if handlers is None else dict(handlers)
    for event, handler in checked.items():
        if not isinstance(event, Event) or not callable(handler):
            raise InputError(
                "progress_handlers must give a function for each event, such as {Event.EPOCH_END: print}; got "
                f"{event!r}: {handler!r}."
            )
    return checked
