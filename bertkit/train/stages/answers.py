"""Learning from known questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.train.negatives import changed, misplaced
from bertkit.train.rows import Rows
from bertkit.train.sources import Example, read_examples
from bertkit.train.stages.stage import Material, span_learner

if TYPE_CHECKING:
    from torch import nn


class Answers:
    """Known questions in all their windows, and questions asked of the wrong paragraph or changed.

    Args:
        material: what to learn from.

    Raises:
        InputError: no question can be learned from.
        FileError: a file cannot be read.
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        self._examples: list[Example] = []
        parts: list[Rows] = []
        shares: list[NDArray[np.float64]] = []
        for source in material.sources:
            examples = read_examples(source)
            rows = material.maker.rows(examples)
            if rows is not None:
                parts.append(rows)
                shares.append(source.share * _kept(rows, material.settings.no_answer_windows))
                self._examples += examples
        if not parts:
            raise InputError("No question can be learned from: none has an answer that stands in its passage.")
        self._rows, self._shares = Rows.joined(parts), np.concatenate(shares)

    def rows(self, epoch: int) -> Rows:
        """Return an epoch's rows: each by its share, and new negatives."""
        rng = self._material.rng(epoch)
        times = np.floor(self._shares + rng.random(len(self._shares))).astype(np.int64)
        chosen = self._rows.take(np.repeat(np.arange(len(times)), times))
        settings, maker = self._material.settings, self._material.maker
        negatives = [
            maker.rows(make(self._examples, round(share * len(chosen)), rng))
            for make, share in ((misplaced, settings.negatives), (changed, settings.edits))
            if share
        ]
        return Rows.joined([chosen, *(rows for rows in negatives if rows is not None)])

    def learner(self, network: nn.Module) -> nn.Module:
        """Return the network with the loss of spans."""
        return span_learner(network, self._material.settings.teachers, self._material.settings)


def _kept(rows: Rows, no_answer_windows: float) -> NDArray[np.float64]:
    """Return how often an epoch takes each row: those without the answer, while another window has it, less often."""
    return np.where(rows.asked & ~rows.answered, no_answer_windows, 1.0)
