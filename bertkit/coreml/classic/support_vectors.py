"""Support vector machines, as LIBSVM defines them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.classes import labels_of
from bertkit.coreml.classic.coupling import coupled, pair_probabilities
from bertkit.coreml.classic.kernels import Kernel, kernel_of, vectors_of
from bertkit.coreml.classic.outcome import classification, regression
from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import Doubles, joined
from bertkit.coreml.features import Feature
from bertkit.errors import InputError, ModelError


@dataclass(frozen=True, eq=False)
class _Machine:
    """Kernel and support vectors: what both kinds of machine begin with."""

    kernel: Kernel
    vectors: Doubles
    sparse: bool

    @classmethod
    def of(cls, content: Any) -> _Machine:
        sparse = content.WhichOneof("supportVectors") == "sparseSupportVectors"
        return cls(kernel_of(content.kernel), vectors_of(content), sparse)

    def likeness(self, features: tuple[Feature, ...], inputs: Mapping[str, Any]) -> Doubles:
        """Return [vectors]: the kernel of every support vector and the input."""
        wanted = self.vectors.shape[1]
        vector = joined(features, inputs, None if self.sparse else wanted)
        if len(vector) < wanted:
            raise InputError(f"The support vectors have {wanted} numbers, the inputs only {len(vector)}.")
        # What sparse vectors leave out at their end is 0, and counts as much as any other number.
        padded = np.pad(self.vectors, ((0, 0), (0, len(vector) - wanted)))
        return self.kernel(padded, vector)


def regressor(subject: Subject) -> Predictor:
    """Read a `SupportVectorRegressor`: the sum of coefficients times kernels, less rho."""
    machine = _Machine.of(subject.content)
    alpha, rho = np.asarray(subject.content.coefficients.alpha, dtype=np.float64), subject.content.rho
    if len(alpha) != len(machine.vectors):
        raise ModelError(f"There are {len(alpha)} coefficients for {len(machine.vectors)} support vectors.")

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        value = alpha @ machine.likeness(subject.function.inputs, inputs) - rho
        return regression(subject.function, np.array([value]))

    return predict


def classifier(subject: Subject) -> Predictor:
    """Read a `SupportVectorClassifier`.

    Every pair of classes is decided by the support vectors of both. With probA and probB, the decisions become
    probabilities of pairs, which are coupled into one of each class; without, they are votes, and the shares of the
    votes stand for probabilities.
    """
    content, labels = subject.content, labels_of(subject.content)
    machine, rho = _Machine.of(content), np.asarray(content.rho, dtype=np.float64)
    pairs = list(combinations(range(len(labels)), 2))
    weights = _pair_weights(content, len(labels), len(machine.vectors), pairs)
    sigmoid = np.asarray(content.probA, dtype=np.float64), np.asarray(content.probB, dtype=np.float64)
    if len(rho) != len(pairs) or any(len(values) not in (0, len(pairs)) for values in sigmoid):
        raise ModelError(f"rho, and probA and probB if there are any, need a number for each of {len(pairs)} pairs.")

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        decisions = weights @ machine.likeness(subject.function.inputs, inputs) - rho
        if len(sigmoid[0]) and len(sigmoid[1]):
            probabilities = coupled(len(labels), pairs, pair_probabilities(decisions, *sigmoid))
        else:
            probabilities = _shares(len(labels), pairs, decisions)
        return classification(subject.function, labels, probabilities)

    return predict


def _pair_weights(content: Any, classes: int, vectors: int, pairs: list[tuple[int, int]]) -> Doubles:
    """Return [pairs, vectors]: how much each support vector counts in the decision between two classes.

    The coefficients of a class's vectors against the others stand in rows, in which the class itself has no place.
    """
    counts = np.asarray(content.numberOfSupportVectorsPerClass, dtype=np.int64)
    rows = [np.asarray(row.alpha, dtype=np.float64) for row in content.coefficients]
    lengths = {len(row) for row in rows}
    if len(counts) != classes or (counts < 0).any() or counts.sum() != vectors:
        raise ModelError(f"The support vectors of {classes} classes are {counts.tolist()}; wanted {vectors} in all.")
    if len(rows) != classes - 1 or lengths != {vectors}:
        raise ModelError(
            f"{classes} classes need {classes - 1} rows of {vectors} coefficients; there are {len(rows)} of "
            f"{', '.join(map(str, sorted(lengths)))}."
        )
    owner = np.repeat(np.arange(classes), counts)
    weights = np.zeros((len(pairs), vectors))
    for position, (first, second) in enumerate(pairs):
        for own, row in ((first, rows[second - 1]), (second, rows[first])):
            weights[position, owner == own] = row[owner == own]
    return weights


def _shares(classes: int, pairs: list[tuple[int, int]], decisions: Doubles) -> Doubles:
    winners: NDArray[np.int64] = np.where(decisions > 0, *np.array(pairs).T)
    shares: Doubles = np.bincount(winners, minlength=classes) / len(pairs)
    return shares


READERS = {"supportVectorRegressor": regressor, "supportVectorClassifier": classifier}
