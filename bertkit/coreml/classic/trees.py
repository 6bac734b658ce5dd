"""Tree ensembles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classes import labels_of
from bertkit.coreml.classic.forest import Forest
from bertkit.coreml.classic.outcome import classification, regression, two_sided
from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.transforms import logistic, softmax
from bertkit.coreml.classic.vectors import Doubles, joined
from bertkit.errors import ModelError


def regressor(subject: Subject) -> Predictor:
    """Read a `TreeEnsembleRegressor`."""
    forest, transform = Forest.of(subject.content.treeEnsemble), _transform(subject)

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return regression(subject.function, transform(forest.evaluate(joined(subject.function.inputs, inputs))))

    return predict


def classifier(subject: Subject) -> Predictor:
    """Read a `TreeEnsembleClassifier`: a dimension for each class, or one for the second of two."""
    forest, transform = Forest.of(subject.content.treeEnsemble), _transform(subject)
    labels = labels_of(subject.content)

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        values = transform(forest.evaluate(joined(subject.function.inputs, inputs)))
        return classification(subject.function, labels, two_sided(values) if values.size == 1 else values)

    return predict


def _transform(subject: Subject) -> Callable[[Doubles], Doubles]:
    number = int(subject.content.postEvaluationTransform)
    if number not in range(len(_TRANSFORMS)):
        raise ModelError(f"The {subject.kind} has the unknown transform {number}.")
    return _TRANSFORMS[number]


# In the order of the specification: none, softmax, logistic, softmax with a first class whose score is 0.
_TRANSFORMS: tuple[Callable[[Doubles], Doubles], ...] = (
    lambda values: values,
    softmax,
    logistic,
    lambda values: softmax(np.concatenate([np.zeros(1), values])),
)

READERS = {"treeEnsembleRegressor": regressor, "treeEnsembleClassifier": classifier}
