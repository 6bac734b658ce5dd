"""From decisions between two classes to a probability of every class.

Follows Wu, Lin and Weng, "Probability Estimates for Multi-class Classification by Pairwise Coupling", Journal of
Machine Learning Research 5 (2004), second approach: the probabilities p that make the sum over pairs of
(r_ji p_i - r_ij p_j)^2 least, where r_ij is the probability of i among i and j. They are improved until LIBSVM's
tolerance, so that they are LIBSVM's numbers.
"""

from __future__ import annotations

import numpy as np

from bertkit.coreml.classic.transforms import logistic
from bertkit.coreml.classic.vectors import Doubles

_LEAST = 1e-7
_TOLERANCE = 0.005
_MOST_ROUNDS = 100
_BINARY = 2


def pair_probabilities(decisions: Doubles, slopes: Doubles, offsets: Doubles) -> Doubles:
    """Return the probability of the first class of every pair.

    Args:
        decisions: [pairs] positive for the first class.
        slopes: [pairs] probA of the specification.
        offsets: [pairs] probB.

    Returns:
        [pairs], never quite 0 or 1. A decision that is no number, as degenerate machines make them, counts as unlikely,
        which is what LIBSVM's comparisons make of it.
    """
    chances = np.nan_to_num(logistic(-(decisions * slopes + offsets)), nan=0.0)
    return np.clip(chances, _LEAST, 1 - _LEAST)


def coupled(classes: int, pairs: list[tuple[int, int]], probabilities: Doubles) -> Doubles:
    """Return the probability of every class, [classes].

    Args:
        classes: how many there are.
        pairs: which two classes each probability is about.
        probabilities: [pairs] of the first class of each.
    """
    if classes == _BINARY:
        return np.array([probabilities[0], 1 - probabilities[0]])
    matrix = np.zeros((classes, classes))
    for (first, second), probability in zip(pairs, probabilities.tolist(), strict=True):
        against = 1 - probability
        matrix[first, first] += against * against
        matrix[second, second] += probability * probability
        matrix[first, second] = matrix[second, first] = -against * probability
    return _minimized(matrix)


def _minimized(matrix: Doubles) -> Doubles:
    """Return the probabilities p for which p matrix p is least, one after the other improved until all are near."""
    classes = len(matrix)
    result = np.full(classes, 1 / classes)
    for _ in range(max(_MOST_ROUNDS, classes)):
        gradient = matrix @ result
        value = result @ gradient
        if np.abs(gradient - value).max() < _TOLERANCE / classes:
            break
        for position in range(classes):
            step = (value - gradient[position]) / matrix[position, position]
            value = (value + step * (step * matrix[position, position] + 2 * gradient[position])) / (1 + step) ** 2
            gradient = (gradient + step * matrix[position]) / (1 + step)
            result[position] += step
            result /= 1 + step
    return result
