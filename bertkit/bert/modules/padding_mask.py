"""The mask that keeps attention off padding."""

from __future__ import annotations

from dataclasses import dataclass

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.scope import Scope, Value

MASKED = -1e4
"""Added to the scores of padding: exp(-1e4) is 0 in every precision, and -1e4 itself is a float16."""


@dataclass(frozen=True)
class PaddingMask:
    """(1 - mask) * -1e4, in the shape that attention scores take."""

    def emit(self, scope: Scope, attention_mask: Value) -> Value:
        """Emit the module.

        Args:
            scope: the module's own.
            attention_mask: [batch, sequence] int32, 1 for tokens and 0 for padding.

        Returns:
            [batch, 1, 1, sequence], 0 for tokens and -1e4 for padding.
        """
        dtype = "fp16" if scope.emission.computes_in_half else "fp32"
        mask = mb.cast(x=attention_mask, dtype=dtype, name=scope.name("as_float"))
        mask = mb.mul(x=mask, y=scope.number(-MASKED), name=scope.name("scaled"))
        mask = mb.add(x=mask, y=scope.number(MASKED), name=scope.name("additive"))
        return mb.expand_dims(x=mask, axes=[1, 2], name=scope.name("by_head"))
