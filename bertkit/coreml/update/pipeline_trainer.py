"""Training of a pipeline: its last model learns from what the models before it make of each example, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bertkit.coreml.checks import check as check_value
from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import describe
from bertkit.coreml.engines.pipeline_engine import fitted, run_stages, stage_models
from bertkit.coreml.features import Image
from bertkit.coreml.kinds import pipeline_models
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.parameters import UpdateParameters
from bertkit.coreml.update.trainer import Array, Check, Example, Floats, Trainer
from bertkit.errors import InputError


class PipelineTrainer:
    """A pipeline whose last model learns.

    Args:
        package: an updatable pipeline that is valid.
        configuration: how the models before the last one are run.
        make: finds the trainer of the last model.
    """

    def __init__(self, package: Package, configuration: Configuration, make: Callable[[Package], Trainer]) -> None:
        *self._frozen, (self._name, last) = stage_models(package, configuration)
        self._inner = make(last.package)
        self._features = describe(last.package).training_inputs

    @property
    def parameters(self) -> UpdateParameters:
        """Those of the last model, whose keys may also be scoped to it by its name in the pipeline."""
        inner = self._inner.parameters
        return UpdateParameters(inner.allowed, inner.current, (self._name, *inner.within))

    def prepare(self, examples: Sequence[Example], check: Check) -> None:
        """Run the models before the last one, once an example; see `Trainer.prepare`."""
        models = [model for _, model in self._frozen]
        rows = []
        for index, example in enumerate(examples):
            check()
            rows.append(self._inner_example(run_stages(models, example), index))
        self._inner.prepare(rows, check)

    def step(self, positions: Sequence[int], parameters: UpdateParameters, check: Check) -> float:
        """Let the last model learn; see `Trainer.step`."""
        return self._inner.step(positions, parameters, check)

    def weights(self) -> dict[ParameterKey, Floats]:
        """Return copies of the arrays of the last model."""
        return self._inner.weights()

    def set_weights(self, weights: Mapping[ParameterKey, Floats]) -> None:
        """Replace arrays of the last model."""
        self._inner.set_weights(weights)

    def state(self) -> dict[str, Array]:
        """Return the state of the last model."""
        return self._inner.state()

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back the state of the last model."""
        self._inner.restore(state)

    def writer(self) -> Callable[[Any], None]:
        """Return a function that writes into the last model of a pipeline; see `Trainer.writer`."""
        write_inner = self._inner.writer()

        def write(specification: Any) -> None:
            write_inner(pipeline_models(specification)[-1][1])

        return write

    def _inner_example(self, values: Mapping[str, Any], index: int) -> dict[str, Array]:
        example = {}
        for feature in self._features:
            if feature.name not in values:
                raise InputError(
                    f'Example {index}: the last model of the pipeline is trained with "{feature.name}", which neither '
                    "the example nor a model before it provides."
                )
            value = values[feature.name]
            if not isinstance(feature.type, Image):
                value = value.item() if isinstance(value, np.ndarray) and value.dtype.kind == "U" else value
                value = check_value(feature, fitted(feature, value))
            example[feature.name] = value
        return example
