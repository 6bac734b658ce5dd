"""Nonlinearities."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.registry import op

_GELU_SIGMOID_SLOPE = 1.702


@op("relu")
def relu(x: Tensor) -> Tensor:
    """Return max(x, 0)."""
    return functional.relu(x)


@op("relu6")
def relu6(x: Tensor) -> Tensor:
    """Return min(max(x, 0), 6)."""
    return torch.clamp(x, 0, 6)


@op("leaky_relu")
def leaky_relu(x: Tensor, alpha: float) -> Tensor:
    """Return x where x is positive, alpha * x elsewhere."""
    return torch.where(x < 0, x * alpha, x)


@op("clamped_relu")
def clamped_relu(x: Tensor, alpha: float, beta: float) -> Tensor:
    """Return min(beta, x) where x is positive, min(beta, alpha * x) elsewhere."""
    return torch.clamp(leaky_relu(x, alpha), max=beta)


@op("thresholded_relu")
def thresholded_relu(x: Tensor, alpha: float) -> Tensor:
    """Return x where it is at least alpha, 0 elsewhere."""
    return torch.where(x >= alpha, x, torch.zeros_like(x))


@op("prelu")
def prelu(x: Tensor, alpha: Tensor) -> Tensor:
    """Return x where x is positive, alpha * x elsewhere; x: [batch, channels, ...], alpha: [channels]."""
    return torch.where(x < 0, x * per_channel(alpha, x), x)


@op("elu")
def elu(x: Tensor, alpha: float) -> Tensor:
    """Return x where x is positive, alpha * (e^x - 1) elsewhere."""
    return functional.elu(x, alpha)


@op("gelu")
def gelu(x: Tensor, mode: str = "EXACT") -> Tensor:
    """Return x times the Gaussian distribution function of x, exact or in one of two approximations."""
    if mode == "SIGMOID_APPROXIMATION":
        return x * torch.sigmoid(_GELU_SIGMOID_SLOPE * x)
    return functional.gelu(x, approximate="tanh" if mode == "TANH_APPROXIMATION" else "none")


@op("silu")
def silu(x: Tensor) -> Tensor:
    """Return x * sigmoid(x)."""
    return functional.silu(x)


@op("sigmoid")
def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x)."""
    return torch.sigmoid(x)


@op("sigmoid_hard")
def sigmoid_hard(x: Tensor, alpha: float, beta: float) -> Tensor:
    """Return alpha * x + beta, clipped to 0..1."""
    return torch.clamp(alpha * x + beta, 0, 1)


@op("scaled_tanh")
def scaled_tanh(x: Tensor, alpha: float, beta: float) -> Tensor:
    """Return alpha * tanh(beta * x)."""
    return alpha * torch.tanh(beta * x)


@op("linear_activation")
def linear_activation(x: Tensor, alpha: float, beta: float) -> Tensor:
    """Return alpha * x + beta."""
    return alpha * x + beta


@op("softplus")
def softplus(x: Tensor) -> Tensor:
    """Return log(1 + e^x)."""
    return torch.logaddexp(x, torch.zeros_like(x))


@op("softplus_parametric")
def softplus_parametric(x: Tensor, alpha: Tensor, beta: Tensor) -> Tensor:
    """Return alpha * log(1 + e^(beta * x)); x: [batch, channels, ...], alpha and beta: [channels]."""
    return per_channel(alpha, x) * softplus(per_channel(beta, x) * x)


@op("softsign")
def softsign(x: Tensor) -> Tensor:
    """Return x / (1 + |x|)."""
    return functional.softsign(x)


@op("softmax")
def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Return e^x divided by its sum along `axis`."""
    return torch.softmax(x, dim=axis)


def per_channel(values: Tensor, x: Tensor, axis: int = 1) -> Tensor:
    """Shape `values` [channels] so that they broadcast against `x` along `axis`."""
    shape = [1] * x.ndim
    shape[axis] = -1
    return values.reshape(shape)
