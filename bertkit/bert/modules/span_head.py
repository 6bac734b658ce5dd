"""The head that scores every token as the first and as the last of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from coremltools.converters.mil import Builder as mb

from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.scope import Scope, Value

START_LOGITS = "start_logits"
END_LOGITS = "end_logits"


@dataclass(frozen=True)
class SpanHead:
    """One linear layer with two outputs for each token.

    Attributes:
        dense: hidden to 2: start, end.
    """

    dense: Linear

    def emit(self, scope: Scope, hidden: Value) -> tuple[Value, Value]:
        """Emit the module: [batch, sequence, hidden] to two times [batch, sequence] float32."""
        logits = self.dense.emit(scope, "logits", hidden)  # [batch, sequence, 2]
        start, end = mb.split(x=logits, num_splits=2, axis=-1, name=scope.name("split"))
        return _output(scope, "start", start, START_LOGITS), _output(scope, "end", end, END_LOGITS)


def _output(scope: Scope, layer: str, column: Value, feature: str) -> Value:
    """Drop the last axis and give the value, though not its layer, the name of the model's output."""
    output = mb.squeeze(x=column, axes=[-1], name=scope.name(layer))
    if scope.emission.computes_in_half:
        output = mb.cast(x=output, dtype="fp32", name=scope.name(f"{layer}_float32"))
    output.name = feature
    return output
