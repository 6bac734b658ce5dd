"""Random values. With a seed every prediction draws the same ones, on every device; without, each draws its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from bertkit.coreml.lowering.registry import op

_UNSEEDED = -1


@op("random_uniform")
def random_uniform(shape: Sequence[int], low: float = 0.0, high: float = 1.0, seed: int = _UNSEEDED) -> Tensor:
    """Return values that lie evenly from `low` up to `high`."""
    return torch.rand(list(shape), generator=_generator(seed), device="cpu").to(_device()) * (high - low) + low


@op("random_normal")
def random_normal(shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, seed: int = _UNSEEDED) -> Tensor:
    """Return values of a normal distribution."""
    return torch.randn(list(shape), generator=_generator(seed), device="cpu").to(_device()) * stddev + mean


@op("random_bernoulli")
def random_bernoulli(shape: Sequence[int], prob: float = 0.5, seed: int = _UNSEEDED) -> Tensor:
    """Return 1 with probability `prob`, else 0, as floats."""
    drawn = torch.rand(list(shape), generator=_generator(seed), device="cpu") < prob
    return drawn.to(device=_device(), dtype=torch.float32)


@op("random_categorical")
def random_categorical(x: Tensor, mode: str = "logits", size: int = 1, seed: int = _UNSEEDED) -> Tensor:
    """Draw places of the last axis.

    Args:
        x: [*outer, n]: logarithms of probabilities up to a constant, or with mode `probs` probabilities.
        mode: `logits` or `probs`.
        size: number of draws, which do not depend on each other.
        seed: see the module.

    Returns:
        [*outer, size], as floats.
    """
    weights = torch.softmax(x, -1) if mode == "logits" else x
    rows = weights.reshape(-1, x.shape[-1]).cpu()
    drawn = torch.multinomial(rows, size, replacement=True, generator=_generator(seed))
    return drawn.to(device=x.device, dtype=x.dtype).reshape(*x.shape[:-1], size)


def _generator(seed: int) -> torch.Generator:
    generator = torch.Generator()
    if seed == _UNSEEDED:
        generator.seed()
        return generator
    return generator.manual_seed(seed)


def _device() -> torch.device:
    return torch.empty(0).device
