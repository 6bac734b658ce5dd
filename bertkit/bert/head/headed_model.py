"""Encoder and head as one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.head.features import span_features
from bertkit.bert.head.join import join_head
from bertkit.bert.head.names import FEATURES, HIDDEN, SCORES
from bertkit.coreml import Model, Package
from bertkit.errors import InputError


class HeadedModel:
    """A reader's model in two files; what `bertkit.qa.Reader` needs of a model, it has.

    Args:
        encoder: see `cut_encoder`.
        head: see `build_head`.
        reader: what both were made from; needed for `joined` alone.

    Attributes:
        encoder: the same.
        head: the same; another may take its place at any time.
    """

    def __init__(self, encoder: Model, head: Model, reader: Package | None = None) -> None:
        self.encoder = encoder
        self.head = head
        self._reader = reader
        self._joined: tuple[Model, Model] | None = None

    @property
    def description(self) -> Any:
        """Interface and metadata of the encoder, which carries what a reader needs."""
        return self.encoder.description

    @property
    def name(self) -> str:
        """The file names of the reader and of the head in use."""
        reader = self.encoder.package if self._reader is None else self._reader
        return f"{reader.path.name} with {self.head.package.path.name}"

    def joined(self) -> Model:
        """Return the reader with the weights of the head in use, as one model whose layers can be looked into.

        Raises:
            InputError: the reader was not given.
            UnsupportedError: the head is deeper than the reader's.
        """
        head = self.head
        if self._joined is None or self._joined[0] is not head:
            if self._reader is None:
                raise InputError(
                    "Encoder and head can be joined only where the reader is known that they were cut from."
                )
            self._joined = head, Model.load(join_head(self._reader, head.package), self.encoder.configuration)
        return self._joined[1]

    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Compute `start_logits` and `end_logits`, each [batch, sequence] float32.

        Raises:
            InputError: as `Model.predict`.
        """
        head = self.head
        scores = np.stack([score(head, hidden) for hidden in self.hidden(inputs)])
        return {"start_logits": scores[:, 0], "end_logits": scores[:, 1]}

    def predict_batch(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Compute each row by itself; see `predict`.

        Raises:
            InputError: as `predict`, naming the row.
        """
        outputs = []
        for index, row in enumerate(rows):
            try:
                outputs.append(self.predict(row))
            except InputError as error:
                raise InputError(f"Row {index} of {len(rows)}: {error}") from error
        return outputs

    def hidden(self, inputs: Mapping[str, Any]) -> NDArray[np.float32]:
        """Compute what the encoder makes of each token, [batch, sequence, hidden] float32."""
        hidden: NDArray[np.float32] = np.asarray(self.encoder.predict(inputs)[HIDDEN], np.float32)
        return hidden


def score(head: Model, hidden: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the start and end scores of one row.

    Args:
        head: see `build_head`.
        hidden: [sequence, hidden].

    Returns:
        [2, sequence] float32.
    """
    scores = head.predict({FEATURES: span_features(hidden)})[SCORES]
    result: NDArray[np.float32] = np.asarray(scores, np.float32).reshape(2, len(hidden))
    return result
