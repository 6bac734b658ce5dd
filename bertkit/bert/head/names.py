"""Names that the encoder, the head and the pipelines share."""

from __future__ import annotations

HIDDEN = "hidden_states"
FEATURES = "features"
SCORES = "scores"
PROBABILITIES = "probabilities"
POSITION = "position"

HEAD_MODULE = "span_head"
LOGITS_LAYER = "span_head__logits"
DENSE_LAYER = "span_head__dense"

BLOCKED = -1e4
"""What is added to the score of a token that cannot be meant; exp of it is 0 in float32."""
