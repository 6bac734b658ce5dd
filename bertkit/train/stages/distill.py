"""Learning from teachers: their logits are the targets, beside the known answers. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.functional import kl_div

from bertkit.errors import CheckpointError
from bertkit.train.batches import Batch
from bertkit.train.network import logits, open_teacher
from bertkit.train.settings import Settings
from bertkit.train.stages.spans import span_loss


class ImitatingLearner(nn.Module):
    """A network that learns to answer as its teachers do; several teachers count as the mean of what they expect.

    Args:
        network: returns start and end logits.
        teachers: checkpoints with the same vocabulary.
        settings: weight and temperature of the imitation.

    Raises:
        CheckpointError: a teacher has another vocabulary, or answers no questions.
    """

    def __init__(self, network: nn.Module, teachers: Sequence[str], settings: Settings) -> None:
        super().__init__()
        self.network = network
        self._weight, self._temperature = settings.distill_weight, settings.distill_temperature
        # In a tuple, so that they are neither trained nor kept with the network.
        self._teachers = tuple(open_teacher(teacher) for teacher in teachers)
        _check_vocabularies(network, self._teachers, teachers)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the mean loss of a batch."""
        start, end = logits(self.network, batch)
        wanted_start, wanted_end = self._expected(batch)
        imitated = (self._distance(start, wanted_start) + self._distance(end, wanted_end)) / 2
        known = span_loss(start, end, batch.spans)
        return self._weight * self._temperature**2 * imitated + (1 - self._weight) * known

    @torch.no_grad()
    def _expected(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the teachers' mean probabilities for starts and ends, each [batch, sequence]."""
        given = [logits(teacher.to(batch.input_ids.device), batch) for teacher in self._teachers]
        starts = torch.stack([(start / self._temperature).softmax(-1) for start, _ in given]).mean(0)
        ends = torch.stack([(end / self._temperature).softmax(-1) for _, end in given]).mean(0)
        return starts, ends

    def _distance(self, given: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        return kl_div((given / self._temperature).log_softmax(-1), wanted, reduction="batchmean")


def _check_vocabularies(network: Any, teachers: Sequence[Any], names: Sequence[str]) -> None:
    wanted = network.config.vocab_size
    for teacher, name in zip(teachers, names, strict=True):
        if teacher.config.vocab_size != wanted:
            raise CheckpointError(
                f"The teacher {name} has a vocabulary of {teacher.config.vocab_size} tokens, the network one of "
                f"{wanted}. A teacher must read the same tokens."
            )
