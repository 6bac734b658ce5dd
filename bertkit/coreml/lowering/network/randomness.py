"""Random blobs. A seed gives the same values in every prediction; the seed -1 gives new ones each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import layer

Draw = Callable[[Sequence[int], torch.Generator], Tensor]

_FRESH = -1
_DEFAULT_EPSILON = 1e-10


@layer("randomNormalLike")
def normal_like(x: Tensor, *, seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of normally distributed values."""
    return normal(x.shape, seed, mean, std_dev)


@layer("randomNormalStatic")
def normal_static(*, output_shape: Sequence[int], seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob of a shape of normally distributed values."""
    return normal(output_shape, seed, mean, std_dev)


@layer("randomNormalDynamic")
def normal_dynamic(shape: Sequence[int], *, seed: int = 0, mean: float = 0.0, std_dev: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of normally distributed values."""
    return normal(shape, seed, mean, std_dev)


@layer("randomUniformLike")
def uniform_like(x: Tensor, *, seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of evenly distributed values."""
    return uniform(x.shape, seed, min_val, max_val)


@layer("randomUniformStatic")
def uniform_static(*, output_shape: Sequence[int], seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob of a shape of evenly distributed values."""
    return uniform(output_shape, seed, min_val, max_val)


@layer("randomUniformDynamic")
def uniform_dynamic(shape: Sequence[int], *, seed: int = 0, min_val: float = 0.0, max_val: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of evenly distributed values."""
    return uniform(shape, seed, min_val, max_val)


@layer("randomBernoulliLike")
def bernoulli_like(x: Tensor, *, seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob shaped like `x` of zeros, and of ones with the probability `prob`."""
    return bernoulli(x.shape, seed, prob)


@layer("randomBernoulliStatic")
def bernoulli_static(*, output_shape: Sequence[int], seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob of a shape of zeros, and of ones with the probability `prob`."""
    return bernoulli(output_shape, seed, prob)


@layer("randomBernoulliDynamic")
def bernoulli_dynamic(shape: Sequence[int], *, seed: int = 0, prob: float = 0.0) -> Tensor:
    """Return a blob of a computed shape of zeros, and of ones with the probability `prob`."""
    return bernoulli(shape, seed, prob)


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
    chances = torch.softmax(logits / (1.0 if temperature == 0 else temperature), -1).reshape(-1, x.shape[-1]).cpu()
    drawn = torch.multinomial(chances, num_samples, replacement=True, generator=_generator(seed))
    return drawn.to(x).reshape(*x.shape[:-1], num_samples)


def normal(shape: Sequence[int], seed: int, mean: float, deviation: float) -> Tensor:
    """Return normally distributed values."""
    return (
        _drawn(lambda sizes, generator: torch.randn(sizes, generator=generator, device="cpu"), shape, seed)
        * (deviation)
        + mean
    )


def uniform(shape: Sequence[int], seed: int, low: float, high: float) -> Tensor:
    """Return values evenly distributed between two bounds."""
    return _drawn(_evenly, shape, seed) * (high - low) + low


def bernoulli(shape: Sequence[int], seed: int, probability: float) -> Tensor:
    """Return zeros, and ones with a probability."""
    return (_drawn(_evenly, shape, seed) < probability).to(torch.float32)


def _evenly(sizes: Sequence[int], generator: torch.Generator) -> Tensor:
    return torch.rand(sizes, generator=generator, device="cpu")


def _drawn(draw: Draw, shape: Sequence[int], seed: int) -> Tensor:
    """Draw on the processor, so that a seed gives the same values on every device."""
    return draw(list(shape), _generator(seed)).to(torch.get_default_device())


def _generator(seed: int) -> torch.Generator:
    generator = torch.Generator(device="cpu")
    if seed == _FRESH:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return generator
