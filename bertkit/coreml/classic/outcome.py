"""What regressors and classifiers return: a number, or a label with the probabilities of all labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from bertkit.coreml.classes import Label
from bertkit.coreml.classic.vectors import Doubles, as_output
from bertkit.coreml.description import Function
from bertkit.coreml.features import Dictionary
from bertkit.errors import ModelError


def regression(function: Function, values: Doubles) -> dict[str, Any]:
    """Return the outputs of a regressor.

    Args:
        function: names of the outputs.
        values: [dimensions] float64.
    """
    name = function.predicted_feature_name
    feature = next((output for output in function.outputs if output.name == name), function.outputs[0])
    return {feature.name: as_output(feature, values)}


def classification(function: Function, labels: tuple[Label, ...], probabilities: Doubles) -> dict[str, Any]:
    """Return the outputs of a classifier: the most probable label, and where it is declared the probabilities.

    Args:
        function: names of the outputs.
        labels: the classes.
        probabilities: [classes] float64.

    Raises:
        ModelError: there are more or fewer probabilities than labels.
    """
    if len(labels) != probabilities.size:
        raise ModelError(f"The classifier has {len(labels)} labels, and computes {probabilities.size} probabilities.")
    label = function.predicted_feature_name
    outputs: dict[str, Any] = {label: np.asarray(labels[int(probabilities.argmax())])}
    name = function.predicted_probabilities_name
    for feature in function.outputs:
        if feature.name == name or (not name and feature.name != label and isinstance(feature.type, Dictionary)):
            by_label = dict(zip(labels, probabilities.tolist(), strict=True))
            outputs[feature.name] = (
                by_label if isinstance(feature.type, Dictionary) else as_output(feature, probabilities)
            )
    return outputs


def two_sided(positive: Doubles) -> Doubles:
    """Return the probabilities of both classes from that of the second, of shape [1]."""
    return np.concatenate([1 - positive, positive])
