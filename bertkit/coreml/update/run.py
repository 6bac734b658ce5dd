"""One update without its thread: loop, checkpoint and result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.checkpoint import Checkpoint
from bertkit.coreml.update.context import UpdateContext
from bertkit.coreml.update.control import Control
from bertkit.coreml.update.events import Event, Metrics
from bertkit.coreml.update.examples import Examples
from bertkit.coreml.update.loop import TrainingLoop
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.progress import Progress
from bertkit.coreml.update.record import UpdateRecord
from bertkit.coreml.update.remote import RemoteLoop
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.trainer import Trainer
from bertkit.coreml.update.worker import Order

if TYPE_CHECKING:
    from bertkit.coreml.update.task import UpdateTask


class UpdateRun:
    """Training with everything that is written down about it.

    Args:
        package: the model.
        trainer: what learns.
        examples: what it learns.
        parameters: those in force at the beginning.
        semantics: what the specification leaves open.
        control: pauses and cancels.
        notify: called at every event, in the training thread.
        order: for another process, which is to do the training; None trains in the thread that calls `train`.

    Attributes:
        examples: the same.
    """

    def __init__(
        self,
        package: Package,
        trainer: Trainer,
        examples: Examples,
        parameters: UpdateParameters,
        semantics: Semantics,
        control: Control,
        notify: Callable[[Event], None],
        order: Order | None = None,
    ) -> None:
        self.examples = examples
        self._package = package
        self._trainer = trainer
        self._semantics = semantics
        self._notify = notify
        self._configured = parameters.plain
        self._metrics = Metrics()
        self._path: Path | None = None
        self._seconds = 0.0
        self._clock: Callable[[], float] = lambda: 0.0
        self._kept_at = 0.0
        trainer.set_weights(parameters.arrays)
        self._loop: TrainingLoop | RemoteLoop
        if order is None:
            self._loop = TrainingLoop(
                trainer, examples, parameters, control, semantics, Progress(), self._on_event, self._on_boundary
            )
        else:
            self._loop = RemoteLoop(order, trainer, parameters, Progress(), self._on_event, self._on_boundary)

    @property
    def progress(self) -> Progress:
        """Where training is."""
        return self._loop.latest

    @property
    def fraction(self) -> float:
        """How much of the training is done, from 0 to 1."""
        epochs = int(self._loop.parameters.get(ParameterKey.EPOCHS, 1))
        return min(1.0, (self.progress.epoch + self.progress.done / len(self.examples)) / epochs)

    def keep_at(self, path: Path, seconds: float, clock: Callable[[], float]) -> None:
        """Write checkpoints to `path`, and go on from the one that is there.

        Raises:
            FileError: what is there cannot be read.
            InputError: it is of another model, other examples or another meaning of training.
        """
        self._path, self._seconds, self._clock = path, seconds, clock
        self._kept_at = clock()
        if path.exists():
            found = Checkpoint.load(path)
            found.check_of(self._package.digest, self.examples.digest, self._semantics)
            self._trainer.restore(found.state)
            self._loop.begin_at(found.progress)
            self._loop.parameters = self._loop.parameters.changed(found.in_force(self._configured))

    def change(self, changes: Mapping[Any, object]) -> None:
        """Replace parameters; see `TrainingLoop.change`."""
        self._loop.change(changes)

    def train(self) -> None:
        """Train to the end; see `TrainingLoop.run`."""
        self._loop.run()

    def keep_last(self) -> Path | None:
        """Write a last checkpoint; return its path, or None if there is to be none."""
        if self._path is not None:
            self._keep()
        return self._path

    def context(self, task: UpdateTask, event: Event | None, configuration: Configuration) -> UpdateContext:
        """Return what handlers are given now."""
        write, record = self._trainer.writer(), self._record()
        parameters = self._loop.parameters
        parameters = replace(parameters, current={**parameters.current, **self._trainer.weights()})

        def build() -> Package:
            specification = type(self._package.specification)()
            specification.CopyFrom(self._package.specification)
            write(specification)
            record.append_to(specification)
            return self._package.with_specification(specification)

        return UpdateContext(task, event, self._metrics, parameters, build, configuration)

    def _record(self) -> UpdateRecord:
        import bertkit

        return UpdateRecord(
            base=self._package.digest,
            data=self.examples.digest,
            examples=len(self.examples),
            epochs=self._loop.progress.epoch,
            parameters=self._loop.parameters.plain,
            semantics=self._semantics.to_json(),
            loss=tuple(self._loop.progress.curve),
            bertkit=bertkit.__version__,
        )

    def _on_event(self, event: Event, metrics: Metrics) -> None:
        self._metrics = metrics
        self._notify(event)

    def _on_boundary(self, epoch_ended: bool) -> None:
        if self._path is not None and (epoch_ended or self._clock() - self._kept_at >= self._seconds):
            self._keep()

    def _keep(self) -> None:
        if self._path is None:
            return
        Checkpoint(
            base=self._package.digest,
            data=self.examples.digest,
            semantics=self._semantics.to_json(),
            configured=self._configured,
            parameters=self._loop.parameters.plain,
            progress=self._loop.progress,
            state=self._trainer.state(),
        ).save(self._path)
        self._kept_at = self._clock()
