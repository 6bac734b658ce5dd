"""Learning to fill gaps: stretches of plain text are hidden, and the network says what stood there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError
from bertkit.qa.document import Document
from bertkit.qa.encoding import Tokens
from bertkit.train.rows import UNMASKED, Row, Rows
from bertkit.train.sources import read_articles
from bertkit.train.stages.stage import Material

if TYPE_CHECKING:
    from torch import nn

_LONGEST_GAP_WORDS = 5
_KEPT, _RANDOM = 0.1, 0.1


class Masked:
    """Stretches of words are hidden in windows of articles.

    Args:
        material: what to learn from.

    Raises:
        FileError: a file cannot be read.
        InputError: the vocabulary has no token that hides another.
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        self._mask_id = material.maker.mask_id
        self._vocabulary = material.maker.encoder.tokenizer.get_vocab_size()
        self._articles = [article for source in material.sources for article in read_articles(source)]

    def rows(self, epoch: int) -> Rows:
        """Return an epoch's rows, other windows and other gaps in each.

        Raises:
            InputError: there is no text.
        """
        rng = self._material.rng(epoch)
        rows = [row for _, row in zip(range(self._material.settings.rows), self._rows(rng), strict=False)]
        if not rows:
            raise InputError("There is no text to learn from: every article is empty, or its paragraphs are short.")
        return Rows.pack(rows)

    def learner(self, network: nn.Module) -> nn.Module:
        """Return the network with a head that names hidden tokens."""
        from bertkit.train.stages.masked_learner import MaskedLearner

        return MaskedLearner(network)

    def _rows(self, rng: np.random.Generator) -> Iterator[Row]:
        maker = self._material.maker
        room = maker.length - len(maker.pair.prefix_ids) - len(maker.pair.suffix_ids)
        for index in rng.permutation(len(self._articles)):
            text = "\n".join(self._articles[index].paragraphs)
            tokens = Tokens.none()
            for piece in maker.encoder.document(Document.from_text(text)) if text else ():
                tokens = tokens.followed_by(piece)
                while len(tokens) >= room:
                    yield self._row(tokens.slice(0, room), rng)
                    tokens = tokens.slice(room, len(tokens))
            if len(tokens) > room // 2:
                yield self._row(tokens, rng)

    def _row(self, tokens: Tokens, rng: np.random.Generator) -> Row:
        pair = self._material.maker.pair
        hidden = gaps(tokens, self._material.settings.mask_share, rng)
        kinds = rng.random(len(tokens))
        shown = np.where(kinds < _KEPT, tokens.ids, self._mask_id)
        shown = np.where(kinds > 1 - _RANDOM, rng.integers(0, self._vocabulary, len(tokens)), shown)
        ids = np.concatenate([pair.prefix_ids, np.where(hidden, shown, tokens.ids), pair.suffix_ids]).astype(np.int32)
        labels = np.full(len(ids), UNMASKED, np.int32)
        start = len(pair.prefix_ids)
        labels[start : start + len(tokens)][hidden] = tokens.ids[hidden]
        # The whole row is the first half of a pair, as in the pre-training of a single text.
        return Row(ids, passage_start=len(ids), labels=labels)


def gaps(tokens: Tokens, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which tokens to hide, [tokens] bool: stretches of whole words, a share of the tokens in all."""
    starts = np.flatnonzero(tokens.opens)
    hidden = np.zeros(len(tokens), np.bool_)
    wanted = max(1, round(share * len(tokens)))
    for choice in rng.permutation(len(starts)):
        if hidden.sum() >= wanted:
            break
        words = min(int(rng.geometric(0.4)), _LONGEST_GAP_WORDS)
        end = starts[choice + words] if choice + words < len(starts) else len(tokens)
        hidden[starts[choice] : end] = True
    return hidden
