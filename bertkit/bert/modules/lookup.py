"""A table of vectors, read by index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from coremltools.converters.mil import Builder as mb
from numpy.typing import NDArray

from bertkit.bert.modules.scope import Scope, Value


@dataclass(frozen=True)
class Lookup:
    """Row i of a table for every index i.

    Attributes:
        weight: [rows, hidden] float32.
    """

    weight: NDArray[np.float32]

    @property
    def rows(self) -> int:
        """How many vectors the table holds."""
        return int(self.weight.shape[0])

    def emit(self, scope: Scope, layer: str, indices: Value) -> Value:
        """Emit the layer under the name `layer`: [batch, sequence] int32 to [batch, sequence, hidden]."""
        table = scope.parameter(layer, "weight", self.weight)
        return mb.gather(x=table, indices=indices, axis=0, name=scope.name(layer))
