"""An attention head in numbers, and its links in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bertkit.insight.token_row import Token


@dataclass(frozen=True)
class Head:
    """One head in numbers, each an average over the tokens that look.

    Attributes:
        layer: of the encoder, from 0.
        head: within the layer, from 0.
        entropy_bits: how spread it looks; 0 for one token, log2(tokens) for all alike.
        to_first: share of its attention on the first token (`[CLS]`).
        to_separators: share on the separators.
        question_to_passage: share of the question's attention that goes to the passage.
        passage_to_question: share of the passage's attention that goes to the question.
    """

    layer: int
    head: int
    entropy_bits: float
    to_first: float
    to_separators: float
    question_to_passage: float
    passage_to_question: float

    def to_json(self) -> dict[str, Any]:
        """Return the head as plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Link:
    """One token that looks at another.

    Attributes:
        layer: of the encoder, from 0.
        head: within the layer, from 0.
        query: the token that looks.
        key: the token that is looked at.
        share: of the query's attention in this head, 0 to 1.
    """

    layer: int
    head: int
    query: Token
    key: Token
    share: float

    def to_json(self) -> dict[str, Any]:
        """Return the link as plain values; tokens are places in the row."""
        return {**vars(self), "query": self.query.index, "key": self.key.index}

    def __str__(self) -> str:
        return (
            f'layer {self.layer + 1}, head {self.head + 1}: "{self.query.piece}" (token {self.query.index}) looks at '
            f'"{self.key.piece}" (token {self.key.index}), {self.share:.0%}'
        )
