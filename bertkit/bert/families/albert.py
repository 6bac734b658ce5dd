"""ALBERT: BERT whose embeddings are narrower than its encoder and whose layers share their weights in groups.

An ML Program stores a group's weights once. A NeuralNetwork layer owns its weights, so there they are stored once for
every layer that uses them.
"""

from __future__ import annotations

from bertkit.bert.families.bert import LAYER_NORM_EPSILON, read_positions, read_types
from bertkit.bert.families.source import Source
from bertkit.bert.modules.activation import Activation
from bertkit.bert.modules.attention import Attention
from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.embeddings import Embeddings
from bertkit.bert.modules.encoder import Encoder
from bertkit.bert.modules.encoder_layer import EncoderLayer
from bertkit.bert.modules.feed_forward import FeedForward
from bertkit.bert.modules.self_attention import SelfAttention
from bertkit.bert.modules.span_model import SpanModel


def read(source: Source) -> SpanModel:
    """Read an `AlbertForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    size, hidden = source.integer("embedding_size", 128), source.integer("hidden_size", 4096)
    embeddings = Embeddings(
        word=source.lookup("albert.embeddings.word_embeddings", source.integer("vocab_size", 30000), size),
        token_type=read_types(source, "albert.embeddings.token_type_embeddings", size),
        position=read_positions(source, "albert.embeddings.position_embeddings", size),
        norm=source.layer_norm(
            "albert.embeddings.LayerNorm", size, source.number("layer_norm_eps", LAYER_NORM_EPSILON)
        ),
        project=source.linear("albert.encoder.embedding_hidden_mapping_in", size, hidden),
    )
    return SpanModel(embeddings, _read_encoder(source, hidden), source.span_head(hidden))


def _read_encoder(source: Source, hidden: int) -> Encoder:
    layers, groups = source.integer("num_hidden_layers", 12), source.integer("num_hidden_groups", 1)
    read_groups = [_read_group(source, f"albert.encoder.albert_layer_groups.{i}", hidden) for i in range(groups)]
    # Divided twice as in Hugging Face: rounding decides the group of a few layers where groups do not divide layers.
    used = [int(i / (layers / groups)) for i in range(layers)]
    return Encoder(tuple(layer for group in used for layer in read_groups[group]))


def _read_group(source: Source, name: str, hidden: int) -> list[EncoderLayer]:
    inner = range(source.integer("inner_group_num", 1))
    return [_read_layer(source, f"{name}.albert_layers.{i}", hidden) for i in inner]


def _read_layer(source: Source, name: str, hidden: int) -> EncoderLayer:
    intermediate = source.integer("intermediate_size", 16384)
    epsilon = source.number("layer_norm_eps", LAYER_NORM_EPSILON)
    attend = SelfAttention(
        query=source.linear(f"{name}.attention.query", hidden, hidden),
        key=source.linear(f"{name}.attention.key", hidden, hidden),
        value=source.linear(f"{name}.attention.value", hidden, hidden),
        heads=source.heads("num_attention_heads", 64, hidden),
    )
    feed_forward = FeedForward(
        intermediate=source.linear(f"{name}.ffn", hidden, intermediate),
        activation=Activation(source.text("hidden_act", "gelu_new")),
        output=BlockOutput(
            dense=source.linear(f"{name}.ffn_output", intermediate, hidden),
            norm=source.layer_norm(f"{name}.full_layer_layer_norm", hidden, epsilon),
        ),
    )
    return EncoderLayer(
        Attention(attend, source.block_output(f"{name}.attention", hidden, hidden, epsilon)), feed_forward
    )
