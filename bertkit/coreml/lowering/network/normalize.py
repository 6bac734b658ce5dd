"""Normalizations, scales and biases. Channels are the third axis from the end."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from bertkit.coreml.lowering.mil import normalize as mil
from bertkit.coreml.lowering.mil.activation import per_channel
from bertkit.coreml.lowering.registry import Stored, layer

_CHANNELS = -3
_CHANNELS_ONLY = Stored(("channels",))
_DEFAULT_EPSILON = 1e-6
_DEFAULT_BATCHNORM_EPSILON = 1e-5


@layer(
    "layerNormalization",
    weights={"gamma": Stored(("normalized_shape",)), "beta": Stored(("normalized_shape",))},
)
def layer_normalization(
    x: Tensor, *, normalized_shape: Sequence[int], gamma: Tensor, beta: Tensor, eps: float = 0.0
) -> Tensor:
    """Normalize over the last axes, those of `normalized_shape`."""
    return functional.layer_norm(x, list(normalized_shape), gamma, beta, eps)


@layer("mvn")
def mean_variance_normalize(
    x: Tensor, *, across_channels: bool = False, normalize_variance: bool = False, epsilon: float = 0.0
) -> Tensor:
    """Subtract the mean over height and width, and channels if asked for; divide by the deviation if asked for."""
    axes = [-3, -2, -1] if across_channels else [-2, -1]
    centered = x - x.mean(axes, keepdim=True)
    if not normalize_variance:
        return centered
    variance = centered.square().mean(axes, keepdim=True)
    return centered / torch.sqrt(variance + (_DEFAULT_EPSILON if epsilon == 0 else epsilon))


@layer("l2normalize")
def l2_normalize(x: Tensor, *, epsilon: float = 0.0) -> Tensor:
    """Divide by the root of the sum of squares over channels, height and width."""
    return mil.l2_norm(x, _DEFAULT_EPSILON if epsilon == 0 else epsilon)


@layer("lrn")
def local_response_normalize(
    x: Tensor, *, alpha: float = 0.0, beta: float = 0.0, local_size: int = 1, k: float = 0.0
) -> Tensor:
    """Divide by (k + alpha / n * sum of the squares of the n channels around) ^ beta; a k of 0 stands for 1."""
    batch = x.reshape(-1, *x.shape[-3:])
    return functional.local_response_norm(batch, local_size, alpha, beta, 1.0 if k == 0 else k).reshape(x.shape)


@layer("batchnorm", weights=dict.fromkeys(("gamma", "beta", "mean", "variance"), _CHANNELS_ONLY))
def batchnorm(
    x: Tensor,
    *,
    gamma: Tensor,
    beta: Tensor,
    mean: Tensor | None = None,
    variance: Tensor | None = None,
    compute_mean_var: bool = False,
    instance_normalization: bool = False,
    epsilon: float = 0.0,
) -> Tensor:
    """Normalize each channel.

    Args:
        x: [..., channels, height, width].
        gamma: [channels], multiplied.
        beta: [channels], added.
        mean: [channels], unless computed.
        variance: [channels], unless computed.
        compute_mean_var: compute the statistics of the input, of each example or of the whole batch.
        instance_normalization: of each example.
        epsilon: added to the variance; 0 stands for 1e-5.
    """
    if compute_mean_var or mean is None or variance is None:
        axes = [-2, -1] if instance_normalization else [axis for axis in range(x.ndim) if axis != x.ndim + _CHANNELS]
        mean = x.mean(axes, keepdim=True)
        variance = (x - mean).square().mean(axes, keepdim=True)
    else:
        mean, variance = per_channel(mean, x, _CHANNELS), per_channel(variance, x, _CHANNELS)
    deviation = torch.sqrt(variance + (_DEFAULT_BATCHNORM_EPSILON if epsilon == 0 else epsilon))
    return per_channel(gamma, x, _CHANNELS) * ((x - mean) / deviation) + per_channel(beta, x, _CHANNELS)


@layer("scale", weights={"scale": Stored(("shape_scale",)), "bias": Stored(("shape_bias",))})
def scale(x: Tensor, *, scale: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply by a scale and add a bias, each [1], [channels], [1, height, width] or [channels, height, width]."""
    scaled = x * _broadcastable(scale)
    return scaled if bias is None else scaled + _broadcastable(bias)


@layer("bias", weights={"bias": Stored(("shape",))})
def bias(x: Tensor, *, bias: Tensor) -> Tensor:
    """Add a bias [1], [channels], [1, height, width] or [channels, height, width]."""
    return x + _broadcastable(bias)


def _broadcastable(values: Tensor) -> Tensor:
    is_per_channel = values.ndim == 1 and math.prod(values.shape) > 1
    return values.reshape(-1, 1, 1) if is_per_channel else values
