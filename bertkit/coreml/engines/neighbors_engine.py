"""Runs nearest-neighbor classifiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bertkit.coreml.configuration import Configuration
from bertkit.coreml.description import Function
from bertkit.coreml.engines.base import Array
from bertkit.coreml.neighbors import Neighbors
from bertkit.coreml.package import Package
from bertkit.errors import UnsupportedError


@dataclass(frozen=True, eq=False)
class NeighborsEngine:
    """Compares with all samples.

    Attributes:
        neighbors: the samples.
        function: names of inputs and outputs.
    """

    neighbors: Neighbors
    function: Function
    name: str = "neighbors"

    @property
    def settings(self) -> str:
        """Samples and neighbors, as text for people and logs."""
        return f"cpu, {len(self.neighbors.samples)} samples, {self.neighbors.count} neighbors"

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Any]:
        """Return the label and, if it is declared, the probabilities by label; see `Engine.run`."""
        vector = np.asarray(inputs[self.function.inputs[0].name], dtype=np.float32)
        label, probabilities = self.neighbors.classify(vector)
        outputs: dict[str, Any] = {self.function.predicted_feature_name: np.asarray(label)}
        if self.function.predicted_probabilities_name:
            outputs[self.function.predicted_probabilities_name] = probabilities
        return outputs

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Refuse: there are no layers.

        Raises:
            UnsupportedError: always.
        """
        raise UnsupportedError("A nearest-neighbor classifier has no layers to trace. Call predict.")


def load(package: Package, function: Function, configuration: Configuration) -> NeighborsEngine:
    """Read the samples.

    `Configuration.parameters` may override how many neighbors vote.

    Raises:
        InputError: the file does not allow that number of neighbors.
    """
    from bertkit.coreml.overrides import neighbor_count

    count = neighbor_count(package.specification, configuration)
    return NeighborsEngine(Neighbors.of(package.specification.kNearestNeighborsClassifier, count), function)
