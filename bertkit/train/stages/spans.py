"""The loss of known answers. Imports torch."""

from __future__ import annotations

import torch
from torch import nn

from bertkit.train.batches import Batch
from bertkit.train.network import logits


class SpanLearner(nn.Module):
    """A network that learns where answers begin and end.

    Args:
        network: returns start and end logits.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch."""
        start, end = logits(self.network, batch)
        return span_loss(start, end, batch.spans)


def span_loss(start: torch.Tensor, end: torch.Tensor, spans: torch.Tensor) -> torch.Tensor:
    """Return the mean negative log likelihood that an answer begins, and ends, at one of its right places.

    Args:
        start: [batch, sequence] float32, logits.
        end: [batch, sequence] float32, logits.
        spans: [batch, places, 2] int64, -1 where unused.
    """
    return (_place_loss(start, spans[..., 0]) + _place_loss(end, spans[..., 1])) / 2


def _place_loss(logits: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    likelihood = logits.log_softmax(-1).gather(1, places.clamp(min=0))
    # A place that two spans share counts once, since it is one outcome.
    repeated = (places[:, :, None] == places[:, None, :]).tril(-1).any(-1)
    return -likelihood.masked_fill((places < 0) | repeated, float("-inf")).logsumexp(-1).mean()
