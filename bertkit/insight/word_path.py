"""Word vectors on their way from hidden words to the words of a row, and the gradients there. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from bertkit.coreml.lowering.graph import Lowered
from bertkit.insight.graph import Array, compute, given_inputs, node_of, output_nodes
from bertkit.qa.scan import END_OUTPUT, START_OUTPUT

_WORDS = "embeddings__word"


class WordPath:
    """The straight line between the word vectors of two rows.

    Args:
        lowered: the model.
        hidden: inputs of the row at 0, [1, length] each.
        shown: inputs of the row at 1; they differ in token ids only.
    """

    def __init__(self, lowered: Lowered, hidden: Mapping[str, Array], shown: Mapping[str, Array]) -> None:
        self._lowered = lowered
        self._node = node_of(lowered, _WORDS)
        self._given = given_inputs(lowered, shown)
        outputs = output_nodes(lowered)
        self._outputs = outputs[START_OUTPUT], outputs[END_OUTPUT]
        self._from = self._words(given_inputs(lowered, hidden))
        self._step = self._words(self._given) - self._from

    def logits(self, place: float) -> tuple[Array, Array]:
        """Return start and end logits, [length] float32 each, at a place from 0 to 1."""
        start, end = self._logits(self._from + place * self._step, gradients=False)
        return start.cpu().numpy(), end.cpu().numpy()

    def parts(self, place: float, first: int, last: int) -> NDArray[Any]:
        """Return each token's step times the gradient of one start plus one end logit at a place, [length] float32.

        Args:
            place: from 0 to 1.
            first: the token whose start logit counts.
            last: the token whose end logit counts.
        """
        words = (self._from + place * self._step).requires_grad_()
        start, end = self._logits(words, gradients=True)
        (gradient,) = torch.autograd.grad(start[first] + end[last], words)
        parts: NDArray[Any] = (gradient * self._step)[0].sum(-1).cpu().numpy()
        return parts

    def _words(self, given: Mapping[str, Tensor]) -> Tensor:
        # Values computed for inference may not be differentiated; a copy may.
        words: Tensor = compute(self._lowered, given, [self._node])[self._node].clone()
        return words

    def _logits(self, words: Tensor, *, gradients: bool) -> tuple[Tensor, Tensor]:
        given = {**self._given, self._node: words}
        found = compute(self._lowered, given, self._outputs, gradients=gradients)
        start, end = (found[node][0] for node in self._outputs)
        return start, end
