"""The embeddings of BERT, DistilBERT, RoBERTa, ELECTRA and ALBERT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from coremltools.converters.mil import Builder as mb
from numpy.typing import NDArray

from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.normalization import LayerNorm
from bertkit.bert.modules.positions import CountedPositions, Positions
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class OnlyType:
    """The one token type of a family whose inputs have no types.

    Attributes:
        weight: [1, hidden] float32.
    """

    weight: NDArray[np.float32]


@dataclass(frozen=True)
class Embeddings:
    """Word plus type plus position, normalized, and widened to the encoder's size where that differs.

    Attributes:
        word: by token id.
        token_type: by token type; one row for all tokens; or none at all.
        position: by place.
        norm: over the sum.
        project: to the encoder's size (ELECTRA, ALBERT).
    """

    word: Lookup
    token_type: Lookup | OnlyType | None
    position: Positions | CountedPositions
    norm: LayerNorm
    project: Linear | None = None

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
        if isinstance(self.token_type, Lookup):
            of_type = self.token_type.emit(scope, "token_type", inputs["token_type_ids"])
            hidden = mb.add(x=hidden, y=of_type, name=scope.name("with_type"))
        elif self.token_type is not None:
            of_type = scope.parameter("token_type", "weight", self.token_type.weight[None])
            hidden = mb.add(x=hidden, y=of_type, name=scope.name("with_type"))
        position = self.position.emit(scope, inputs["input_ids"])
        hidden = mb.add(x=hidden, y=position, name=scope.name("with_position"))
        hidden = self.norm.emit(scope, hidden)
        return hidden if self.project is None else self.project.emit(scope, "project", hidden)
