"""What a stage is: where its rows come from, and what is wrong with a network's answer to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bertkit.train.encode import RowMaker
from bertkit.train.rows import Rows
from bertkit.train.settings import Settings
from bertkit.train.sources import Source

if TYPE_CHECKING:
    from torch import nn


class Stage(Protocol):
    """One way to learn. What it makes depends on the settings, the data and the epoch alone."""

    def rows(self, epoch: int) -> Rows:
        """Return the rows of an epoch.

        Raises:
            InputError: the data hold nothing to learn from.
            FileError: they cannot be read.
        """

    def learner(self, network: nn.Module) -> nn.Module:
        """Return a module that holds the network as `network`, and whose result for a batch is the mean loss."""


@dataclass(frozen=True)
class Material:
    """What every stage is made from.

    Attributes:
        settings: of the training.
        sources: files to learn from.
        maker: what rows are made with.
    """

    settings: Settings
    sources: tuple[Source, ...]
    maker: RowMaker

    def rng(self, epoch: int) -> np.random.Generator:
        """Return the randomness of an epoch's rows."""
        return np.random.default_rng([self.settings.seed, epoch])


StageMaker = Callable[[Material], Stage]

_HOME = {
    "answers": "bertkit.train.stages.answers:Answers",
    "recurring": "bertkit.train.stages.recurring:Recurring",
    "cloze": "bertkit.train.stages.cloze:Cloze",
    "masked": "bertkit.train.stages.masked:Masked",
}


def make_stage(material: Material) -> Stage:
    """Return the stage that the settings name."""
    module, _, name = _HOME[material.settings.stage].partition(":")
    maker: StageMaker = getattr(import_module(module), name)
    return maker(material)


def span_learner(network: nn.Module, teachers: Sequence[str], settings: Settings) -> nn.Module:
    """Return the learner of the stages whose rows are questions: known answers, and teachers where there are some."""
    from bertkit.train.stages.distill import ImitatingLearner
    from bertkit.train.stages.spans import SpanLearner

    return ImitatingLearner(network, teachers, settings) if teachers else SpanLearner(network)
