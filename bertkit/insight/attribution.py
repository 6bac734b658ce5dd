"""What an answer rests on: how much each token carries of its score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bertkit.insight.band import RowSpan
from bertkit.insight.subject import Example
from bertkit.insight.text import bar, shortened, table

Method = Literal["occlusion", "integrated gradients"]

_SHOWN_TOKENS = 15
_SHOWN_CHARACTERS = 60
_MEANING = {
    "occlusion": "what its start plus end logit loses when a token is hidden",
    "integrated gradients": "each token's part in its start plus end logit, beside all words hidden",
}


@dataclass(frozen=True, eq=False)
class Attribution:
    """How much each token carries of an answer's start plus end logit.

    Attributes:
        method: how it was found. `occlusion`: what is lost when the token alone is hidden. `integrated gradients`: the
            token's part of the difference to a row in which all words are hidden; the parts add up to it.
        example: the question and the window.
        answer: the span whose logits are watched.
        values: [length] float32, in logits; negative where the token speaks against the answer; not a number where
            there is no value (special tokens, padding, not computed yet).
        runs: how many times the model ran.
        gap: of integrated gradients: by how many logits the parts miss the difference that they should add up to; more
            steps bring it down. 0 for occlusion.
    """

    method: Method
    example: Example
    answer: RowSpan
    values: NDArray[np.float32] = field(repr=False)
    runs: int
    gap: float = 0.0

    def top(self, count: int = _SHOWN_TOKENS) -> list[int]:
        """Return the tokens that carry most, most first."""
        order = np.argsort(-self.values, kind="stable")  # what is not a number comes last
        return [int(token) for token in order[:count] if np.isfinite(self.values[token])]

    def to_json(self) -> dict[str, Any]:
        """Return the attribution; `values` stays an array."""
        return {
            "method": self.method,
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "tokens": self.example.row.to_json(),
            "answer": self.answer.to_json(),
            "values": self.values,
            "runs": self.runs,
            "gap": self.gap,
        }

    def __str__(self) -> str:
        row, top = self.example.row, self.top()
        most = max((float(self.values[token]) for token in top), default=0.0)
        rows = (
            (token, row[token].piece, row[token].part, f"{value:+.2f}", bar(value / most if most > 0 else 0.0))
            for token in top
            for value in [float(self.values[token])]
        )
        gap = f", gap {self.gap:+.2f}" if self.method == "integrated gradients" else ""
        answer = shortened(self.answer.text, _SHOWN_CHARACTERS)
        return "\n".join(
            [
                str(self.example),
                f'What "{answer}" rests on: {_MEANING[self.method]} ({self.method}, {self.runs} runs{gap})',
                table(["token", "piece", "part", "logits", ""], rows),
            ]
        )
