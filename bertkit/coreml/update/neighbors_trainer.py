"""Teaching a nearest-neighbor classifier: examples are added to its samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bertkit.coreml.classes import Label
from bertkit.coreml.package import Package
from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.parameters import UpdateParameters, neighbor_parameters
from bertkit.coreml.update.trainer import Array, Check, Example, Floats
from bertkit.errors import InputError

_VECTORS, _LABELS, _COUNT = "vectors", "labels", "count"


class NeighborsTrainer:
    """A classifier and the examples that were added to it. Nothing is computed, so that the loss is always 0.

    Args:
        package: an updatable nearest-neighbor classifier that is valid.
    """

    def __init__(self, package: Package) -> None:
        specification = package.specification
        self._content = specification.kNearestNeighborsClassifier
        self._input = specification.description.input[0].name
        self._label = specification.description.predictedFeatureName
        self._parameters = neighbor_parameters(self._content)
        self._count = int(self._content.numberOfNeighbors.defaultValue)
        self._examples: Sequence[Example] = ()
        self._vectors: list[Floats] = []
        self._labels: list[Label] = []

    @property
    def parameters(self) -> UpdateParameters:
        """The number of neighbors."""
        return self._parameters

    def prepare(self, examples: Sequence[Example], check: Check) -> None:
        """Take the examples; see `Trainer.prepare`."""
        wanted = self._content.nearestNeighborsIndex.numberOfDimensions
        for index, example in enumerate(examples):
            if example[self._input].size != wanted:
                raise InputError(
                    f'Example {index}: "{self._input}" must hold {wanted} values, got {example[self._input].size}.'
                )
        self._examples = examples

    def step(self, positions: Sequence[int], parameters: UpdateParameters, check: Check) -> float:
        """Add examples; see `Trainer.step`."""
        check()
        for position in positions:
            example = self._examples[position]
            self._vectors.append(np.asarray(example[self._input], dtype=np.float32).reshape(-1))
            self._labels.append(example[self._label].item())
        self._count = parameters[ParameterKey.NUMBER_OF_NEIGHBORS]
        return 0.0

    def weights(self) -> dict[ParameterKey, Floats]:
        """Return nothing: samples are no weights."""
        return {}

    def set_weights(self, weights: Mapping[ParameterKey, Floats]) -> None:
        """Do nothing: there are none."""

    def state(self) -> dict[str, Array]:
        """Return the samples that were added."""
        dimensions = self._content.nearestNeighborsIndex.numberOfDimensions
        vectors = np.asarray(self._vectors, dtype=np.float32).reshape(-1, dimensions)
        return {_VECTORS: vectors, _LABELS: np.asarray(self._labels), _COUNT: np.asarray(self._count)}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back the samples that were added."""
        self._vectors, self._labels = list(state[_VECTORS]), state[_LABELS].tolist()
        self._count = int(state[_COUNT])

    def writer(self) -> Callable[[Any], None]:
        """Return a function that adds the samples; see `Trainer.writer`."""
        vectors, labels, count = list(self._vectors), list(self._labels), self._count

        def write(specification: Any) -> None:
            content = specification.kNearestNeighborsClassifier
            content.numberOfNeighbors.defaultValue = count
            for vector, label in zip(vectors, labels, strict=True):
                content.nearestNeighborsIndex.floatSamples.add(vector=vector.tolist())
                known = content.stringClassLabels if isinstance(label, str) else content.int64ClassLabels
                known.vector.append(label)

        return write
