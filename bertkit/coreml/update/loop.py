"""Epochs and mini-batches, for any trainer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.control import Control
from bertkit.coreml.update.events import Event, Metrics
from bertkit.coreml.update.examples import Examples
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.progress import Progress
from bertkit.coreml.update.semantics import Semantics
from bertkit.coreml.update.trainer import Trainer
from bertkit.errors import InputError


class TrainingLoop:
    """Teaches a trainer its examples, from wherever `progress` says on.

    Args:
        trainer: what learns.
        examples: what it learns.
        parameters: those in force at the beginning.
        control: pauses and cancels.
        semantics: what the specification leaves open.
        progress: where to begin.
        on_event: called in this thread.
        on_boundary: called in this thread after every mini-batch, when progress and trainer agree; true at the end of
            an epoch.
    """

    def __init__(
        self,
        trainer: Trainer,
        examples: Examples,
        parameters: UpdateParameters,
        control: Control,
        semantics: Semantics,
        progress: Progress,
        on_event: Callable[[Event, Metrics], None],
        on_boundary: Callable[[bool], None],
    ) -> None:
        self.parameters = parameters
        self.progress = progress
        self._trainer = trainer
        self._examples = examples
        self._control = control
        self._semantics = semantics
        self._on_event = on_event
        self._on_boundary = on_boundary
        self._changed_arrays: dict[ParameterKey, Any] = {}
        self._lock = threading.Lock()

    @property
    def latest(self) -> Progress:
        """Where training is: the same as `progress`, which belongs to the trainer."""
        return self.progress

    def begin_at(self, progress: Progress) -> None:
        """Begin elsewhere than at the beginning; the trainer is to be where `progress` is."""
        self.progress = progress

    def change(self, changes: Mapping[Any, object]) -> None:
        """Replace parameters from the next mini-batch on; of an epoch's order, from the next epoch on.

        Raises:
            InputError: the model has no such parameter, or does not allow the value.
        """
        with self._lock:
            self.parameters = self.parameters.changed(changes)
            self._changed_arrays.update({key: self.parameters[key] for key in map(self.parameters.key, changes)})

    def run(self) -> None:
        """Train to the end.

        Raises:
            Cancelled: the control was told to cancel.
            InputError: an example does not fit the loss.
            BertkitError: the loss is no finite number any more.
        """
        self._control.check()
        self._trainer.prepare(self._examples.rows, self._control.check)
        self._on_event(Event.TRAINING_BEGIN, self.progress.metrics)
        while self.progress.epoch < self.parameters.get(ParameterKey.EPOCHS, 1):
            self._run_epoch()

    def _run_epoch(self) -> None:
        progress, count = self.progress, len(self._examples)
        if progress.done == 0:
            shuffled = self.parameters.get(ParameterKey.SHUFFLE, False)
            progress.seed = self.parameters[ParameterKey.SEED] if shuffled else None
        order = progress.order(count)
        while progress.done < count:
            size = self._batch_size(count)
            if size == 0:
                break
            self._run_batch([int(position) for position in order[progress.done : progress.done + size]])
            if progress.done < count:
                self._on_boundary(False)
        metrics = progress.end_epoch()
        self._on_event(Event.EPOCH_END, metrics)
        self._take_arrays()
        self._on_boundary(True)

    def _run_batch(self, positions: list[int]) -> None:
        self._control.check()
        self._take_arrays()
        loss = self._trainer.step(positions, self.parameters, self._control.check)
        self.progress.learned(len(positions), loss)
        self._on_event(Event.MINI_BATCH_END, self.progress.metrics)

    def _take_arrays(self) -> None:
        with self._lock:
            arrays = {key: value for key, value in self._changed_arrays.items() if key.is_array}
            self._changed_arrays.clear()
        if arrays:
            self._trainer.set_weights(arrays)

    def _batch_size(self, count: int) -> int:
        """Return how many examples the next mini-batch takes; 0 where a rest is dropped."""
        wanted = self.parameters.get(ParameterKey.MINI_BATCH_SIZE, count)
        rest = count - self.progress.done
        if rest >= wanted or self._semantics.last_batch == "keep":
            return int(min(wanted, rest))
        if self.progress.done == 0:
            raise InputError(
                f"There are {count} examples, fewer than the mini-batch size {wanted}, and mini-batches that are not "
                "full are dropped: nothing would be learned. Lower miniBatchSize or keep the last mini-batch."
            )
        return 0
