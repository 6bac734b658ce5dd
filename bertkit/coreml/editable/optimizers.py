"""Optimizers with the defaults that a model is to carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sgd:
    """Stochastic gradient descent.

    Attributes:
        learning_rate: default; users may choose from 0 to 1.
        mini_batch_size: default; users may choose any.
        momentum: default; users may choose from 0 to 1.
    """

    learning_rate: float = 0.01
    mini_batch_size: int = 10
    momentum: float = 0.0

    def write(self, update: Any) -> None:
        """Write into a `NeuralNetwork_pb2.NetworkUpdateParameters`."""
        message = update.optimizer.sgdOptimizer
        write_number(message.learningRate, self.learning_rate)
        write_number(message.momentum, self.momentum)
        message.miniBatchSize.defaultValue = self.mini_batch_size


@dataclass(frozen=True)
class Adam:
    """Adam.

    Attributes:
        learning_rate: default; users may choose from 0 to 1, as of all numbers here.
        mini_batch_size: default; users may choose any.
        beta1: decay of the mean of gradients.
        beta2: decay of the mean of their squares.
        eps: added to the root of the latter.
    """

    learning_rate: float = 0.001
    mini_batch_size: int = 10
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def write(self, update: Any) -> None:
        """Write into a `NeuralNetwork_pb2.NetworkUpdateParameters`."""
        message = update.optimizer.adamOptimizer
        for name, value in (("learningRate", self.learning_rate), ("beta1", self.beta1), ("beta2", self.beta2)):
            write_number(getattr(message, name), value)
        write_number(message.eps, self.eps)
        message.miniBatchSize.defaultValue = self.mini_batch_size


def write_number(parameter: Any, default: float) -> None:
    """Write a `DoubleParameter` that may be from 0 to 1."""
    parameter.defaultValue = default
    parameter.range.minValue, parameter.range.maxValue = 0.0, 1.0
