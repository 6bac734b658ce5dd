"""Generalized linear models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classes import labels_of
from bertkit.coreml.classic.outcome import classification, regression, two_sided
from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.transforms import logistic, normal_distribution, softmax
from bertkit.coreml.classic.vectors import Doubles, joined
from bertkit.errors import ModelError

_BINARY = 2


def regressor(subject: Subject) -> Predictor:
    """Read a `GLMRegressor`: a transform of weights times inputs plus offset, for every row of weights."""
    weights, offset = _rows(subject)
    transform = _transform(subject)

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        vector = joined(subject.function.inputs, inputs, weights.shape[1])
        return regression(subject.function, transform(weights @ vector + offset))

    return predict


def classifier(subject: Subject) -> Predictor:
    """Read a `GLMClassifier`.

    With a reference class, the first one has the score 0 and the others a row of weights each. One versus rest, every
    class has a row, and the probabilities are divided by their sum; one row stands for the second of two classes.
    """
    weights, offset = _rows(subject)
    labels, transform = labels_of(subject.content), _transform(subject)
    one_versus_rest = subject.content.classEncoding == subject.content.OneVsRest
    logit = subject.content.postEvaluationTransform == subject.content.Logit
    if len(labels) > _BINARY and not one_versus_rest and not logit:
        raise ModelError(f"The Probit transform with a reference class is for two classes; there are {len(labels)}.")

    def probabilities(scores: Doubles) -> Doubles:
        if len(scores) == 1:
            return two_sided(transform(scores))
        if not one_versus_rest:
            return softmax(np.concatenate([np.zeros(1), scores]))
        each = transform(scores)
        total = each.sum()
        return each / total if total else np.full(len(each), 1 / len(each))

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        vector = joined(subject.function.inputs, inputs, weights.shape[1])
        return classification(subject.function, labels, probabilities(weights @ vector + offset))

    return predict


def _rows(subject: Subject) -> tuple[Doubles, Doubles]:
    """Return weights [rows, inputs] and offset [rows]."""
    rows = [np.asarray(row.value, dtype=np.float64) for row in subject.content.weights]
    offset: Doubles = np.asarray(subject.content.offset, dtype=np.float64)
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or len(rows) != len(offset):
        raise ModelError(
            f"A {subject.kind} needs rows of weights of one length and an offset each; it has {len(rows)} rows of "
            f"{', '.join(map(str, sorted(lengths))) or 'no'} weights and {len(offset)} offsets."
        )
    return np.stack(rows), offset


def _transform(subject: Subject) -> Callable[[Doubles], Doubles]:
    content = subject.content
    field = content.DESCRIPTOR.fields_by_name["postEvaluationTransform"]
    value = field.enum_type.values_by_number.get(content.postEvaluationTransform)
    if value is None:
        raise ModelError(f"The {subject.kind} has the unknown transform {content.postEvaluationTransform}.")
    return _TRANSFORMS[value.name]


_TRANSFORMS: dict[str, Callable[[Doubles], Doubles]] = {
    "NoTransform": lambda scores: scores,
    "Logit": logistic,
    "Probit": normal_distribution,
}

READERS = {"glmRegressor": regressor, "glmClassifier": classifier}
