"""A reader in two files: an encoder that stays as it is, and a small head that may learn.

An ML Program can never be updatable, so what learns is a network of its own: the reader's span head as a 1x1
convolution over the encoder's output. `encoder.py` cuts the reader, `head_network.py` writes the head,
`headed_model.py` runs both as one model, `pipelines.py` joins them for systems that run Core ML, `join.py` makes one
reader of both again.
"""

from __future__ import annotations

from bertkit.bert.head.encoder import cut_encoder
from bertkit.bert.head.features import Role, span_features, target_of
from bertkit.bert.head.head_network import HeadOptions, build_head
from bertkit.bert.head.headed_model import HeadedModel
from bertkit.bert.head.join import join_head
from bertkit.bert.head.pipelines import write_pipelines
from bertkit.bert.head.span_weights import SpanWeights, read_span_weights

__all__ = [
    "HeadOptions",
    "HeadedModel",
    "Role",
    "SpanWeights",
    "build_head",
    "cut_encoder",
    "join_head",
    "read_span_weights",
    "span_features",
    "target_of",
    "write_pipelines",
]
