"""The loss of hidden tokens. Imports torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy, gelu

from bertkit.train.batches import Batch
from bertkit.train.network import hidden_states
from bertkit.train.rows import UNMASKED


class MaskedLearner(nn.Module):
    """A network that says what stood in gaps; its answers are compared with the word embeddings.

    The head is dropped when the network is written.

    Args:
        network: whose base model is trained; its span head is not.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        plain: Any = network
        plain.qa_outputs.requires_grad_(False)
        words = plain.get_input_embeddings().weight
        self.transform = nn.Linear(plain.config.hidden_size, words.shape[1])
        self.norm = nn.LayerNorm(words.shape[1])
        self.bias = nn.Parameter(torch.zeros(words.shape[0]))

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch."""
        if batch.labels is None:
            raise TypeError("A masked stage needs rows with labels.")
        hidden = batch.labels != UNMASKED
        plain: Any = self.network
        output = hidden_states(self.network, batch)[hidden]
        guessed = self.norm(gelu(self.transform(output)))
        logits = guessed @ plain.get_input_embeddings().weight.T + self.bias
        return cross_entropy(logits.float(), batch.labels[hidden])
