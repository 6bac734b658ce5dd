"""The whole question-answering model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bertkit.bert.modules.encoder import Encoder
from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.padding_mask import PaddingMask
from bertkit.bert.modules.positions import CountedPositions, Positions
from bertkit.bert.modules.scope import Scope, Value
from bertkit.bert.modules.span_head import SpanHead


class EmbeddingModule(Protocol):
    """The embeddings of whichever family."""

    @property
    def word(self) -> Lookup:
        """The word embeddings."""

    @property
    def position(self) -> Positions | CountedPositions:
        """The position embeddings, which bound the length of a row."""

    @property
    def takes_types(self) -> bool:
        """Whether the model has the input `token_type_ids`."""

    def emit(self, scope: Scope, inputs: Mapping[str, Value]) -> Value:
        """Emit the module: the model's inputs by name to [batch, sequence, hidden]."""


@dataclass(frozen=True)
class SpanModel:
    """Embeddings, encoder, span head."""

    embeddings: EmbeddingModule
    encoder: Encoder
    span_head: SpanHead

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the model's inputs, in order; each is [batch, sequence] int32."""
        types = ("token_type_ids",) if self.embeddings.takes_types else ()
        return ("input_ids", "attention_mask", *types)

    @property
    def max_length(self) -> int:
        """The longest row that the position embeddings serve."""
        return self.embeddings.position.max_length

    def emit(self, scope: Scope, inputs: Mapping[str, Value]) -> tuple[Value, Value]:
        """Emit the model.

        Args:
            scope: the root.
            inputs: by name, [batch, sequence] int32 each.

        Returns:
            Start and end logits, [batch, sequence] float32 each.
        """
        mask_module = PaddingMask()
        mask = mask_module.emit(scope.inside("mask", mask_module), inputs["attention_mask"])
        hidden = self.embeddings.emit(scope.inside("embeddings", self.embeddings), inputs)
        hidden = self.encoder.emit(scope.inside("encoder", self.encoder), hidden, mask)
        return self.span_head.emit(scope.inside("span_head", self.span_head), hidden)
