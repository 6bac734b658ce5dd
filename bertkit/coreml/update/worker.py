"""What the other process does when an update is trained in one: a `TrainingLoop` that tells of itself."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.package import Package, parse_specification
from bertkit.coreml.update.control import Cancelled, Control
from bertkit.coreml.update.events import Event, Metrics
from bertkit.coreml.update.examples import Examples
from bertkit.coreml.update.loop import TrainingLoop
from bertkit.coreml.update.make_trainer import make_trainer
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.progress import Progress
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.trainer import Trainer
from bertkit.errors import BertkitError

GO, CHANGE = "go", "change"  # what the process that ordered may answer


@dataclass(frozen=True)
class Order:
    """What the other process is to do.

    Attributes:
        path: of the model.
        specification: serialized, where it is another one than the file's; else empty.
        rows: the examples.
        configuration: how the models before the last one of a pipeline are run.
        semantics: what the specification leaves open.
        control: pauses and cancels; of `CONTEXT`'s events.
        wanted: the events at which it is to wait for the handlers.
        state_seconds: how often it is to send the state within an epoch.
    """

    path: Path
    specification: bytes
    rows: Any
    configuration: Configuration
    semantics: Semantics
    control: Control
    wanted: Event
    state_seconds: float

    @classmethod
    def of(
        cls, package: Package, examples: Examples, configuration: Configuration, semantics: Semantics, control: Control
    ) -> Order:
        """Write an order for an opened model, without handlers."""
        specification = package.specification.SerializeToString(deterministic=True) if package.edited else b""
        rows = examples.rows
        return cls(package.path, specification, rows, configuration, semantics, control, Event(0), math.inf)

    def package(self) -> Package:
        """Open the model."""
        package = Package.open(self.path)
        if not self.specification:
            return package
        return package.with_specification(parse_specification(self.specification, str(self.path)))


@dataclass(frozen=True)
class Message:
    """What the other process tells.

    Attributes:
        progress: where it is.
        state: of its trainer; None where it is not sent.
        event: what happened, with its metrics; None at a boundary and at the end.
        epoch_ended: at a boundary, whether it is that of an epoch.
        ended: nothing follows.
        error: why it ended early.
    """

    progress: dict[str, Any]
    state: dict[str, Any] | None = None
    event: tuple[Event, Metrics] | None = None
    epoch_ended: bool = False
    ended: bool = False
    error: Exception | None = None


def work(
    connection: Connection,
    order: Order,
    plain: dict[str, Any],
    arrays: dict[Any, Any],
    progress: dict[str, Any],
    state: dict[str, Any],
) -> None:
    """Train in this process, and tell the other end of the connection.

    Args:
        connection: to the process that ordered it.
        order: what to do.
        plain: parameters in force.
        arrays: weights among them.
        progress: where to begin.
        state: of the trainer there.
    """
    try:
        trainer = make_trainer(order.package(), order.configuration, order.semantics)
        trainer.restore(state)
        parameters = trainer.parameters.changed({**plain, **arrays})
    except BertkitError as error:
        connection.send(Message(progress, ended=True, error=error))
        return
    _Worker(connection, order, trainer, parameters, Progress.from_json(progress)).run()


class _Worker:
    """Runs a `TrainingLoop` and tells the other process of it."""

    def __init__(
        self,
        connection: Connection,
        order: Order,
        trainer: Trainer,
        parameters: UpdateParameters,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._order = order
        self._trainer = trainer
        self._told_at = time.monotonic()
        examples = Examples(order.rows)
        self._loop = TrainingLoop(
            trainer,
            examples,
            parameters,
            order.control,
            order.semantics,
            progress,
            self._on_event,
            self._on_boundary,
        )

    def run(self) -> None:
        """Train to the end, and tell how it ended."""
        error: Exception | None = None
        try:
            self._loop.run()
        except (BertkitError, Cancelled) as refused:
            error = refused
        except Exception as unforeseen:  # its type may not survive the way to the other process
            error = RuntimeError(f"{type(unforeseen).__name__}: {unforeseen}")
        progress = self._loop.progress.to_json()
        self._connection.send(Message(progress, self._trainer.state(), ended=True, error=error))

    def _on_event(self, event: Event, metrics: Metrics) -> None:
        if event & self._order.wanted:
            self._tell(Message(self._loop.progress.to_json(), self._trainer.state(), (event, metrics)))

    def _on_boundary(self, epoch_ended: bool) -> None:
        is_due = time.monotonic() - self._told_at >= self._order.state_seconds
        state = self._trainer.state() if epoch_ended or is_due else None
        if state is not None:
            self._told_at = time.monotonic()
        self._tell(Message(self._loop.progress.to_json(), state, epoch_ended=epoch_ended))

    def _tell(self, message: Message) -> None:
        """Send a message, and take in changes of parameters until the other process lets this one go on."""
        self._connection.send(message)
        while True:
            answer, changes = self._connection.recv()
            if answer == GO:
                return
            self._loop.change(changes)
