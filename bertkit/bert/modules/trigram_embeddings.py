"""MobileBERT's embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.embeddings import OnlyType
from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.normalization import Normalization
from bertkit.bert.modules.positions import Positions
from bertkit.bert.modules.scope import Scope, Value

_ONE_TOKEN_AT_BOTH_ENDS = [0, 0, 1, 1, 0, 0]


@dataclass(frozen=True)
class TrigramEmbeddings:
    """Small word vectors, three neighbors side by side, widened to hidden; plus position and type; normalized.

    Attributes:
        word: by token id, narrow.
        trigram: whether a token's vector is joined with its two neighbors'.
        transform: to hidden; None where the vectors are as wide already.
        position: by place.
        token_type: by token type, or one row for all tokens.
        norm: over the sum.
    """

    word: Lookup
    trigram: bool
    transform: Linear | None
    position: Positions
    token_type: Lookup | OnlyType
    norm: Normalization

    @property
    def takes_types(self) -> bool:
        """Whether the model has the input `token_type_ids`."""
        return isinstance(self.token_type, Lookup)

    def emit(self, scope: Scope, inputs: Mapping[str, Value]) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            inputs: the model's inputs by name, [batch, sequence] int32 each.

        Returns:
            [batch, sequence, hidden].
        """
        hidden = self.word.emit(scope, "word", inputs["input_ids"])
        if self.trigram:
            hidden = _join_neighbors(scope, hidden)
        if self.transform is not None:
            hidden = self.transform.emit(scope, "transform", hidden)
        position = self.position.emit(scope, inputs["input_ids"])
        hidden = mb.add(x=hidden, y=position, name=scope.name("with_position"))
        if isinstance(self.token_type, Lookup):
            of_type = self.token_type.emit(scope, "token_type", inputs["token_type_ids"])
        else:
            of_type = scope.parameter("token_type", "weight", self.token_type.weight[None])
        return self.norm.emit(scope, mb.add(x=hidden, y=of_type, name=scope.name("with_type")))


def _join_neighbors(scope: Scope, words: Value) -> Value:
    """Put the next, the own and the previous vector side by side: [batch, sequence, 3 * size], zeros past the ends."""
    padded = mb.pad(
        x=words, pad=_ONE_TOKEN_AT_BOTH_ENDS, mode="constant", constant_val=scope.number(0), name=scope.name("padded")
    )
    following = mb.slice_by_index(
        x=padded, begin=[0, 2, 0], end=[0, 0, 0], end_mask=[True] * 3, name=scope.name("next_word")
    )
    preceding = mb.slice_by_index(
        x=padded, begin=[0, 0, 0], end=[0, -2, 0], end_mask=[True, False, True], name=scope.name("previous_word")
    )
    return mb.concat(values=[following, words, preceding], axis=2, name=scope.name("trigram"))
