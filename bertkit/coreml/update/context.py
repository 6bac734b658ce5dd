"""What handlers are given."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.model import Model
from bertkit.coreml.package import Package
from bertkit.coreml.save import save_model
from bertkit.coreml.update.events import Event, Metrics
from bertkit.coreml.update.parameters import UpdateParameters

if TYPE_CHECKING:
    from bertkit.coreml.update.task import UpdateTask


class UpdateContext:
    """An update at one moment. It stays as it was while training goes on.

    Attributes:
        task: the update.
        event: what happened; None when the task has ended.
        metrics: loss and place.
        parameters: those in force, weights and biases included.
    """

    def __init__(
        self,
        task: UpdateTask,
        event: Event | None,
        metrics: Metrics,
        parameters: UpdateParameters,
        build: Callable[[], Package],
        configuration: Configuration,
    ) -> None:
        self.task = task
        self.event = event
        self.metrics = metrics
        self.parameters = parameters
        self._build = build
        self._configuration = configuration

    @cached_property
    def package(self) -> Package:
        """The model at that moment as a specification in memory, with the record of the update."""
        return self._build()

    @cached_property
    def model(self) -> Model:
        """The model at that moment, ready to predict."""
        return Model.load(self.package, self._configuration.without_arrays())

    def save(self, path: str | Path) -> Path:
        """Write the model so that the file at `path` is always a whole one, the old or the new.

        Raises:
            InputError: the suffix is not that of a Core ML model.
            FileError: it cannot be written; what was there is as it was.
        """
        package = self.package
        weights = package.specification_path.parent / "weights" if package.weight_paths() else None
        return save_model(path, package.specification, weights)
