"""Position embeddings: by place in the row, or by count of the tokens that are not padding (RoBERTa)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from coremltools.converters.mil import Builder as mb
from numpy.typing import NDArray

from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class Positions:
    """Row i of a table for the token at place i.

    Attributes:
        weight: [positions, hidden] float32.
    """

    weight: NDArray[np.float32]

    @property
    def max_length(self) -> int:
        """The longest row that the table serves."""
        return int(self.weight.shape[0])

    def emit(self, scope: Scope, input_ids: Value) -> Value:
        """Emit the layer `position`: nothing is read from [batch, sequence] int32; returns [1, sequence, hidden].

        Where the length of a row is fixed, the layer is a constant of just the rows in use.
        """
        length = scope.emission.length
        if isinstance(length, int):
            return scope.parameter("position", "weight", self.weight[None, :length])
        table = scope.parameter("position", "weight", self.weight[None])
        ends = [np.array([1], np.int32), length, np.array([self.weight.shape[1]], np.int32)]
        end = mb.concat(values=ends, axis=0, name=scope.name("position_end"))
        return mb.slice_by_index(x=table, begin=[0, 0, 0], end=end, name=scope.name("position"))


@dataclass(frozen=True)
class CountedPositions:
    """Row pad_id + n of a table for the n-th token that is not padding, counted from 1; row pad_id for padding.

    Attributes:
        weight: [positions, hidden] float32.
        pad_id: token id of padding.
    """

    weight: NDArray[np.float32]
    pad_id: int

    @property
    def max_length(self) -> int:
        """The longest row that the table serves."""
        return int(self.weight.shape[0]) - self.pad_id - 1

    def emit(self, scope: Scope, input_ids: Value) -> Value:
        """Emit the layer `position` and those that count: [batch, sequence] int32 to [batch, sequence, hidden]."""
        is_token = mb.not_equal(x=input_ids, y=np.int32(self.pad_id), name=scope.name("is_token"))
        is_token = mb.cast(x=is_token, dtype="int32", name=scope.name("token_ones"))
        count = mb.cumsum(x=is_token, axis=1, name=scope.name("token_count"))
        place = mb.mul(x=count, y=is_token, name=scope.name("token_place"))
        row = mb.add(x=place, y=np.int32(self.pad_id), name=scope.name("position_row"))
        return Lookup(self.weight).emit(scope, "position", row)
