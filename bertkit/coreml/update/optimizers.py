"""Stochastic gradient descent with momentum, and Adam. Imports torch: import this file lazily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bertkit.coreml.parameter_keys import ParameterKey
from bertkit.coreml.update.declaration import SGD
from bertkit.coreml.update.parameters import UpdateParameters

Array = NDArray[Any]
_STEPS = "steps"


class Optimizer(Protocol):
    """Changes weights by their gradients, and remembers what it needs for the next step."""

    def step(self, weights: Sequence[Tensor], gradients: Sequence[Tensor], parameters: UpdateParameters) -> None:
        """Change the weights in place.

        Args:
            weights: float32, always the same ones in the same order.
            gradients: of their shapes.
            parameters: those in force now.
        """

    def state(self) -> dict[str, Array]:
        """Return what is remembered, as arrays by name."""

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back what `state` returned."""


class GradientDescent:
    """v = momentum * v + gradient; weight = weight - rate * v.

    Args:
        weights: what will be trained.
    """

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self._velocities = [torch.zeros_like(weight) for weight in weights]

    def step(self, weights: Sequence[Tensor], gradients: Sequence[Tensor], parameters: UpdateParameters) -> None:
        """Change the weights in place; see `Optimizer.step`."""
        rate, momentum = parameters[ParameterKey.LEARNING_RATE], parameters[ParameterKey.MOMENTUM]
        for weight, gradient, velocity in zip(weights, gradients, self._velocities, strict=True):
            velocity.mul_(momentum).add_(gradient)
            weight.add_(velocity, alpha=-rate)

    def state(self) -> dict[str, Array]:
        """Return the velocities."""
        return _numbered("velocity", self._velocities)

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back the velocities."""
        _refill(self._velocities, "velocity", state)


class Adam:
    """Adam, its moments corrected for having begun at zero unless that is switched off.

    Args:
        weights: what will be trained.
        bias_correction: whether to correct.
    """

    def __init__(self, weights: Sequence[Tensor], bias_correction: bool) -> None:
        self._means = [torch.zeros_like(weight) for weight in weights]
        self._squares = [torch.zeros_like(weight) for weight in weights]
        self._bias_correction = bias_correction
        self._steps = 0

    def step(self, weights: Sequence[Tensor], gradients: Sequence[Tensor], parameters: UpdateParameters) -> None:
        """Change the weights in place; see `Optimizer.step`."""
        rate, eps = parameters[ParameterKey.LEARNING_RATE], parameters[ParameterKey.EPS]
        beta1, beta2 = parameters[ParameterKey.BETA1], parameters[ParameterKey.BETA2]
        self._steps += 1
        first = 1 - beta1**self._steps if self._bias_correction else 1.0
        second = 1 - beta2**self._steps if self._bias_correction else 1.0
        for weight, gradient, mean, square in zip(weights, gradients, self._means, self._squares, strict=True):
            mean.lerp_(gradient, 1 - beta1)
            square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
            weight.addcdiv_(mean, (square.sqrt() / second**0.5).add_(eps), value=-rate / first)

    def state(self) -> dict[str, Array]:
        """Return the moments and the number of steps."""
        steps = np.asarray([self._steps], dtype=np.int64)
        return {**_numbered("mean", self._means), **_numbered("square", self._squares), _STEPS: steps}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take back the moments and the number of steps."""
        _refill(self._means, "mean", state)
        _refill(self._squares, "square", state)
        self._steps = int(state[_STEPS][0])


def make_optimizer(kind: str, weights: Sequence[Tensor], bias_correction: bool) -> Optimizer:
    """Return the optimizer that a file declares: `sgdOptimizer` or `adamOptimizer`."""
    return GradientDescent(weights) if kind == SGD else Adam(weights, bias_correction)


def _numbered(name: str, tensors: Sequence[Tensor]) -> dict[str, Array]:
    return {f"{name}_{position}": tensor.numpy().copy() for position, tensor in enumerate(tensors)}


def _refill(tensors: Sequence[Tensor], name: str, state: Mapping[str, Array]) -> None:
    for position, tensor in enumerate(tensors):
        tensor.copy_(torch.from_numpy(state[f"{name}_{position}"]))
