"""What the stages share that make questions of plain text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bertkit.errors import InputError
from bertkit.train.negatives import misplaced
from bertkit.train.rows import Rows
from bertkit.train.sources import Article, Example, read_articles
from bertkit.train.stages.stage import Material, span_learner

if TYPE_CHECKING:
    from torch import nn


class PlainText(ABC):
    """Questions made of articles, others in every epoch.

    Args:
        material: what to learn from.

    Raises:
        FileError: a file cannot be read.
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        self._articles = [article for source in material.sources for article in read_articles(source)]

    @abstractmethod
    def examples(self, article: Article, rng: np.random.Generator) -> Iterator[Example]:
        """Yield what an article gives to learn from."""

    def rows(self, epoch: int) -> Rows:
        """Return an epoch's rows, at most as many examples as the settings say.

        Raises:
            InputError: the articles give no question.
        """
        rng, settings = self._material.rng(epoch), self._material.settings
        examples = list(islice(self._all(rng), settings.rows))
        examples += misplaced(examples, round(settings.negatives * len(examples)), rng)
        rows = self._material.maker.rows(examples)
        if rows is None:
            raise InputError("No question can be made of these articles: they are too short, or say nothing twice.")
        return rows

    def learner(self, network: nn.Module) -> nn.Module:
        """Return the network with the loss of spans."""
        return span_learner(network, self._material.settings.teachers, self._material.settings)

    def _all(self, rng: np.random.Generator) -> Iterator[Example]:
        for index in rng.permutation(len(self._articles)):
            yield from self.examples(self._articles[index], rng)
