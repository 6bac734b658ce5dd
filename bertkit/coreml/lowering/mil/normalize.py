"""Normalizations."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil.activation import per_channel
from bertkit.coreml.lowering.registry import op


@op("layer_norm")
def layer_norm(
    x: Tensor,
    axes: Sequence[int] | None = None,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: float = 1e-5,
) -> Tensor:
    """Normalize over `axes` (all by default); `gamma` and `beta` have the shape of these axes."""
    chosen = sorted(axis % x.ndim for axis in (range(x.ndim) if axes is None else axes))
    if chosen == list(range(x.ndim - len(chosen), x.ndim)):
        return functional.layer_norm(x, [x.shape[axis] for axis in chosen], gamma, beta, epsilon)
    centered = x - x.mean(chosen, keepdim=True)
    normalized = centered / torch.sqrt(centered.square().mean(chosen, keepdim=True) + epsilon)
    shape = [x.shape[axis] if axis in chosen else 1 for axis in range(x.ndim)]
    scaled = normalized if gamma is None else normalized * gamma.reshape(shape)
    return scaled if beta is None else scaled + beta.reshape(shape)


@op("batch_norm")
def batch_norm(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    epsilon: float = 1e-5,
) -> Tensor:
    """Normalize each channel of `x` [batch, channels, ...] by stored statistics [channels]."""
    return functional.batch_norm(x, mean, variance, gamma, beta, training=False, eps=epsilon)


@op("instance_norm")
def instance_norm(x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, epsilon: float = 1e-5) -> Tensor:
    """Normalize each channel of each example of `x` [batch, channels, ...] over its spatial axes."""
    axes = list(range(2, x.ndim))
    centered = x - x.mean(axes, keepdim=True)
    normalized = centered / torch.sqrt(centered.square().mean(axes, keepdim=True) + epsilon)
    scaled = normalized if gamma is None else normalized * per_channel(gamma, x)
    return scaled if beta is None else scaled + per_channel(beta, x)


@op("l2_norm")
def l2_norm(x: Tensor, epsilon: float = 1e-6) -> Tensor:
    """Divide by the root of the sum of squares over the last three axes."""
    return x / torch.sqrt(x.square().sum([-3, -2, -1], keepdim=True) + epsilon)


@op("local_response_norm")
def local_response_norm(x: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Divide x [batch, channels, ...] by (k + alpha * the mean square of `size` channels around each) ^ beta."""
    return functional.local_response_norm(x, size, alpha, beta, k)
