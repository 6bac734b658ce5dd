"""Nonlinearities. Where they have parameters per channel, channels are the third axis from the end."""

from __future__ import annotations

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil import activation as mil
from bertkit.coreml.lowering.mil.activation import per_channel
from bertkit.coreml.lowering.registry import Stored, layer

_CHANNELS = -3
_PER_CHANNEL = Stored((-1,))

layer("activation.ReLU")(mil.relu)
layer("activation.sigmoid")(mil.sigmoid)
layer("activation.softplus")(mil.softplus)
layer("activation.softsign")(mil.softsign)
layer("gelu")(mil.gelu)


@layer("activation.linear")
def linear(x: Tensor, *, alpha: float = 0.0, beta: float = 0.0) -> Tensor:
    """Return alpha * x + beta."""
    return mil.linear_activation(x, alpha, beta)


@layer("activation.leakyReLU")
def leaky_relu(x: Tensor, *, alpha: float = 0.0) -> Tensor:
    """Return x where x is positive, alpha * x elsewhere."""
    return mil.leaky_relu(x, alpha)


@layer("activation.thresholdedReLU")
def thresholded_relu(x: Tensor, *, alpha: float = 0.0) -> Tensor:
    """Return x where it is at least alpha, 0 elsewhere."""
    return mil.thresholded_relu(x, alpha)


@layer("activation.PReLU", weights={"alpha": _PER_CHANNEL})
def prelu(x: Tensor, *, alpha: Tensor) -> Tensor:
    """Return x where x is positive, alpha * x elsewhere; alpha: [channels] or [1]."""
    return torch.where(x < 0, x * per_channel(alpha, x, _CHANNELS), x)


@layer("activation.tanh")
def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent of x."""
    return torch.tanh(x)


@layer("activation.scaledTanh")
def scaled_tanh(x: Tensor, *, alpha: float = 0.0, beta: float = 0.0) -> Tensor:
    """Return alpha * tanh(beta * x)."""
    return mil.scaled_tanh(x, alpha, beta)


@layer("activation.sigmoidHard")
def sigmoid_hard(x: Tensor, *, alpha: float = 0.0, beta: float = 0.0) -> Tensor:
    """Return alpha * x + beta, clipped to 0..1."""
    return mil.sigmoid_hard(x, alpha, beta)


@layer("activation.ELU")
def elu(x: Tensor, *, alpha: float = 0.0) -> Tensor:
    """Return x where x is positive, alpha * (e^x - 1) elsewhere."""
    return mil.elu(x, alpha)


@layer("activation.parametricSoftplus", weights={"alpha": _PER_CHANNEL, "beta": _PER_CHANNEL})
def parametric_softplus(x: Tensor, *, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * log(1 + e^(beta * x)); alpha and beta: [channels] or [1]."""
    return per_channel(alpha, x, _CHANNELS) * mil.softplus(per_channel(beta, x, _CHANNELS) * x)


@layer("clampedReLU")
def clamped_relu(x: Tensor, *, alpha: float = 0.0, beta: float = 0.0) -> Tensor:
    """Return min(beta, x) where x is positive, min(beta, alpha * x) elsewhere."""
    return mil.clamped_relu(x, alpha, beta)


@layer("softmax")
def softmax(x: Tensor) -> Tensor:
    """Return e^x divided by its sum over the channels; of a vector or a row, which have none, over all of it."""
    return torch.softmax(x, _CHANNELS if x.ndim >= 3 else -1)


@layer("softmaxND")
def softmax_nd(x: Tensor, *, axis: int = 0) -> Tensor:
    """Return e^x divided by its sum along `axis`."""
    return torch.softmax(x, axis)
