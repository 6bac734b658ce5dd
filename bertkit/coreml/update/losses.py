"""Losses, one value an example. Imports torch: import this file lazily."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from bertkit.coreml.update.declaration import CROSS_ENTROPY
from bertkit.coreml.update.semantics import Semantics

Loss = Callable[[Tensor, Tensor], Tensor]


def make_loss(kind: str, semantics: Semantics) -> Loss:
    """Return the loss that a file declares.

    Args:
        kind: `categoricalCrossEntropyLossLayer` or `meanSquaredErrorLossLayer`.
        semantics: how one example's squared errors become one number.

    Returns:
        A function of [examples, elements] float32, scores or predictions, and of the targets, [examples] int64 or
        [examples, elements] float32, that returns [examples].
    """
    if kind == CROSS_ENTROPY:
        return _cross_entropy
    return _mean_squared_error if semantics.squared_error == "mean" else _summed_squared_error


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    return -torch.log_softmax(scores, 1).gather(1, targets.unsqueeze(1)).squeeze(1)


def _mean_squared_error(predictions: Tensor, targets: Tensor) -> Tensor:
    return (predictions - targets).square().mean(1)


def _summed_squared_error(predictions: Tensor, targets: Tensor) -> Tensor:
    return (predictions - targets).square().sum(1)
