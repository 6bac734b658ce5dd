"""What the loop asks of a model that learns: one kind of model, one trainer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.parameters import UpdateParameters

Array = NDArray[Any]
Floats = NDArray[np.float32]
Example = Mapping[str, Array]
Check = Callable[[], None]
"""Called every few milliseconds to seconds of work; waits while the task is paused, raises once it is cancelled."""


class Trainer(Protocol):
    """A model on its way from one set of weights to another."""

    @property
    def parameters(self) -> UpdateParameters:
        """The file's parameters with their defaults."""

    def prepare(self, examples: Sequence[Example], check: Check) -> None:
        """Take the examples and compute what does not change while training.

        Args:
            examples: checked values by training input.
            check: see `Check`.

        Raises:
            InputError: a target does not fit the loss; the message names the example by its index.
        """

    def step(self, positions: Sequence[int], parameters: UpdateParameters, check: Check) -> float:
        """Learn from one mini-batch, whole or not at all.

        Args:
            positions: of its examples.
            parameters: those in force.
            check: see `Check`.

        Returns:
            The mean loss of its examples before the step.
        """

    def weights(self) -> dict[ParameterKey, Floats]:
        """Return copies of the arrays that may change, as they are now."""

    def set_weights(self, weights: Mapping[ParameterKey, Floats]) -> None:
        """Replace some of these arrays."""

    def state(self) -> dict[str, Array]:
        """Return everything that a continuation needs, weights included, as copies by name."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back what `state` returned."""

    def writer(self) -> Callable[[Any], None]:
        """Return a function that writes what is learned by now into a copy of the model's specification."""
