"""The functions that turn scores into probabilities."""

from __future__ import annotations

import math

import numpy as np

from bertkit.coreml.classic.vectors import Doubles

_LARGEST_EXPONENT = 709.0


def logistic(scores: Doubles) -> Doubles:
    """Return 1 / (1 + exp(-score)) of every score."""
    result: Doubles = 1 / (1 + np.exp(np.clip(-scores, None, _LARGEST_EXPONENT)))
    return result


def normal_distribution(scores: Doubles) -> Doubles:
    """Return the probability that a standard normal variable is at most the score, of every score."""
    return np.array([0.5 * math.erfc(-score / math.sqrt(2)) for score in scores.tolist()], dtype=np.float64)


def softmax(scores: Doubles) -> Doubles:
    """Return exp(score), divided by the sum of all."""
    powers = np.exp(scores - scores.max())
    result: Doubles = powers / powers.sum()
    return result
