"""Nearest neighbors: which samples are near, and which label that makes.

Both kinds of index that a file may declare find the same neighbors; here all samples are compared at once, which is
faster than a tree for the numbers of samples that people teach a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.classes import Label, labels_of

Floats = NDArray[np.float32]

_LEAST_DISTANCE = 1e-8  # an equal sample counts much, not infinitely


@dataclass(frozen=True)
class Neighbors:
    """A nearest-neighbor classifier.

    Attributes:
        samples: [samples, dimensions] float32.
        labels: one a sample.
        count: how many neighbors vote.
        inverse: whether a vote counts by the inverse of the squared distance; else all count the same.
        default: the label where there are no samples; None where the file names none.
    """

    samples: Floats
    labels: Sequence[Label]
    count: int
    inverse: bool
    default: Label | None

    @classmethod
    def of(cls, content: Any, count: int | None = None) -> Neighbors:
        """Read a `NearestNeighbors_pb2.KNearestNeighborsClassifier`.

        Args:
            content: the message.
            count: how many neighbors vote; None is the file's default.
        """
        index = content.nearestNeighborsIndex
        rows = [np.asarray(sample.vector, dtype=np.float32) for sample in index.floatSamples]
        default = content.WhichOneof("DefaultClassLabel")
        return cls(
            samples=np.stack(rows) if rows else np.zeros((0, index.numberOfDimensions), dtype=np.float32),
            labels=labels_of(content),
            count=int(content.numberOfNeighbors.defaultValue) if count is None else count,
            inverse=content.WhichOneof("WeightingScheme") == "inverseDistanceWeighting",
            default=getattr(content, default) if default else None,
        )

    def classify(self, vector: Floats) -> tuple[Label | None, dict[Label, float]]:
        """Return the label of a vector, and the probability of every label.

        Of equal votes the label wins whose neighbors are nearer in sum, then the one that was taught first.

        Args:
            vector: [dimensions] float32.
        """
        if not len(self.samples):
            return self.default, {} if self.default is None else {self.default: 1.0}
        distances = np.square(self.samples.astype(np.float64) - vector.reshape(-1)).sum(1)
        nearest = np.argsort(distances, kind="stable")[: self.count]
        votes: dict[Label, float] = dict.fromkeys(self.labels, 0.0)
        sums: dict[Label, float] = dict.fromkeys(self.labels, 0.0)
        for position in nearest:
            label, distance = self.labels[position], float(distances[position])
            votes[label] += 1 / max(distance, _LEAST_DISTANCE) if self.inverse else 1.0
            sums[label] += distance
        total = sum(votes.values())
        # Only labels that were voted for take part: the others have no distance. `min` keeps the first of equals.
        best = min((label for label in votes if votes[label]), key=lambda label: (-votes[label], sums[label]))
        return best, {label: vote / total for label, vote in votes.items()}
