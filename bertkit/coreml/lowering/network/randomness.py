"""Random blobs. A seed gives the same values in every prediction; the seed -1 gives new ones each time."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.mil.chance import random_bernoulli, random_categorical, random_normal, random_uniform
from bertkit.coreml.lowering.registry import layer

_DEFAULT_EPSILON = 1e-10


@layer("randomNormalLike")
def normal_like(x: Tensor, *, seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of normally distributed values."""
    return random_normal(x.shape, mean, std_dev, seed)


@layer("randomNormalStatic")
def normal_static(*, output_shape: Sequence[int], seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob of a shape of normally distributed values."""
    return random_normal(output_shape, mean, std_dev, seed)


@layer("randomNormalDynamic")
def normal_dynamic(shape: Sequence[int], *, seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of normally distributed values."""
    return random_normal(shape, mean, std_dev, seed)


@layer("randomUniformLike")
def uniform_like(x: Tensor, *, seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of evenly distributed values."""
    return random_uniform(x.shape, min_val, max_val, seed)


@layer("randomUniformStatic")
def uniform_static(*, output_shape: Sequence[int], seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob of a shape of evenly distributed values."""
    return random_uniform(output_shape, min_val, max_val, seed)


@layer("randomUniformDynamic")
def uniform_dynamic(shape: Sequence[int], *, seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of evenly distributed values."""
    return random_uniform(shape, min_val, max_val, seed)


@layer("randomBernoulliLike")
def bernoulli_like(x: Tensor, *, seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of zeros, and of ones with the probability `prob`."""
    return random_bernoulli(x.shape, prob, seed)


@layer("randomBernoulliStatic")
def bernoulli_static(*, output_shape: Sequence[int], seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob of a shape of zeros, and of ones with the probability `prob`."""
    return random_bernoulli(output_shape, prob, seed)


@layer("randomBernoulliDynamic")
def bernoulli_dynamic(shape: Sequence[int], *, seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of zeros, and of ones with the probability `prob`."""
    return random_bernoulli(shape, prob, seed)


@layer("categoricalDistribution")
def categorical(
    x: Tensor, *, num_samples: int, seed: int = 0, is_logits: bool = False, eps: float = 0.0, temperature: float = 0.0
) -> Tensor:
    """Draw places of the last axis, as often as their probabilities say.

    Args:
        x: [..., n] probabilities, or their logarithms up to a constant.
        num_samples: how many to draw.
        seed: of the generator.
        is_logits: `x` holds logarithms.
        eps: added to probabilities; 0 stands for 1e-10.
        temperature: what logarithms are divided by; 0 stands for 1.

    Returns:
        [..., num_samples].
    """
    logits = x if is_logits else torch.log(x + (_DEFAULT_EPSILON if eps == 0 else eps))
    return random_categorical(logits / (1.0 if temperature == 0 else temperature), size=num_samples, seed=seed)
