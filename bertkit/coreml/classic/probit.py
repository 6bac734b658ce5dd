"""Bayesian probit regression: weights are normal variables, and so is their sum.

Features are discrete: each has a weight for every value that it may take. The specification leaves the steepness of the
link open, which is 1 here, so that the probability is that of the sum plus standard normal noise being positive.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.transforms import normal_distribution
from bertkit.coreml.classic.vectors import as_output
from bertkit.errors import InputError, ModelError

_Gaussian = tuple[float, float]


def regressor(subject: Subject) -> Predictor:
    """Read a `BayesianProbitRegressor`.

    Outputs, by the names that the file gives them: the probability; mean and variance of the sum; the probability with
    the mean moved by `optimism` standard deviations; and that of a sum drawn at random, `samplingScale` times as wide
    and cut off at `samplingTruncation` standard deviations.
    """
    content = subject.content
    bias = _gaussian(content.bias, "bias")
    weights = {
        (feature.featureId, weight.featureValue): _gaussian(weight.featureWeight, f"feature {feature.featureId}")
        for feature in content.features
        for weight in feature.weights
    }

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        chosen = [bias, *(weights.get(pair, (0.0, 0.0)) for pair in _pairs(subject, inputs))]
        mean, variance = math.fsum(mean for mean, _ in chosen), math.fsum(variance for _, variance in chosen)
        deviation = math.sqrt(variance)

        def control(name: str, default: float) -> float:
            value = float(inputs.get(getattr(content, f"{name}InputFeatureName"), math.nan))
            return default if math.isnan(value) else value

        drawn = _truncated(subject.rng, control("samplingTruncation", math.inf)) * control("samplingScale", 1.0)
        values = {
            subject.function.predicted_feature_name: _probability(mean, variance),
            content.meanOutputFeatureName: mean,
            content.varianceOutputFeatureName: variance,
            content.pessimisticProbabilityOutputFeatureName: _probability(
                mean + control("optimism", 0.0) * deviation, variance
            ),
            content.sampledProbabilityOutputFeatureName: _probability(mean + drawn * deviation, 0.0),
        }
        return {
            feature.name: as_output(feature, np.array([values[feature.name]]))
            for feature in subject.function.outputs
            if feature.name in values
        }

    return predict


def _pairs(subject: Subject, inputs: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return features and their values, from a vector of all values or rows of a feature and its value."""
    content = subject.content
    array = np.asarray(inputs[content.regressionInputFeatureName or subject.input])
    if array.ndim == 1 and len(array) == content.numberOfFeatures:
        return list(enumerate(array.tolist()))
    if array.ndim == 2 and array.shape[1] == 2:
        return [(feature, value) for feature, value in array.tolist()]
    raise InputError(
        f"The features must be [{content.numberOfFeatures}] values, or [any, 2] numbers of features and their values; "
        f"got {list(array.shape)}."
    )


def _gaussian(message: Any, place: str) -> _Gaussian:
    """Return mean and variance."""
    if not message.precision > 0:
        raise ModelError(f"The precision of a weight must be positive, that of {place} is {message.precision}.")
    return message.mean, 1 / message.precision


def _probability(mean: float, variance: float) -> float:
    return float(normal_distribution(np.array([mean / math.sqrt(1 + variance)]))[0])


def _truncated(rng: np.random.Generator, limit: float) -> float:
    """Return a standard normal number whose absolute value is at most the limit."""
    least = float(normal_distribution(np.array([-abs(limit)]))[0])
    share = rng.uniform(least, 1 - least)
    return NormalDist().inv_cdf(share) if 0 < share < 1 else 0.0


READERS = {"bayesianProbitRegressor": regressor}
