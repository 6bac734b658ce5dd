"""The exponential moving average of the weights. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class Average:
    """A moving average of what is trained.

    Args:
        learner: whose trained parameters are averaged.
        decay: how much of the average stays at each step; at the beginning less does. 0 follows the weights themselves.

    Attributes:
        values: the average by name; empty when `decay` is 0.
    """

    def __init__(self, learner: nn.Module, decay: float) -> None:
        self._decay = decay
        self._trained = {name: value for name, value in learner.named_parameters() if value.requires_grad}
        self.values = {name: value.detach().clone() for name, value in self._trained.items()} if decay > 0 else {}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take the weights after a step, counted from 1, into the average."""
        if self.values:
            decay = min(self._decay, (1 + step) / (10 + step))
            torch._foreach_lerp_(list(self.values.values()), list(self._trained.values()), 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the average in the place of the weights while the block runs."""
        kept = {name: self._trained[name].detach().clone() for name in self.values}
        try:
            self._put(self.values)
            yield
        finally:
            self._put(kept)

    @torch.no_grad()
    def _put(self, values: dict[str, torch.Tensor]) -> None:
        for name, value in values.items():
            self._trained[name].copy_(value)
