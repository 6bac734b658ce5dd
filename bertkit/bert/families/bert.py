"""BERT, and the parts of it that other families share."""

from __future__ import annotations

from bertkit.bert.families.source import Source
from bertkit.bert.modules.activation import Activation
from bertkit.bert.modules.attention import Attention
from bertkit.bert.modules.embeddings import Embeddings, OnlyType
from bertkit.bert.modules.encoder import Encoder
from bertkit.bert.modules.encoder_layer import EncoderLayer
from bertkit.bert.modules.feed_forward import FeedForward
from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.positions import Positions
from bertkit.bert.modules.self_attention import SelfAttention
from bertkit.bert.modules.span_model import SpanModel

LAYER_NORM_EPSILON = 1e-12


def read(source: Source) -> SpanModel:
    """Read a `BertForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    hidden = source.integer("hidden_size", 768)
    epsilon = source.number("layer_norm_eps", LAYER_NORM_EPSILON)
    embeddings = Embeddings(
        word=source.lookup("bert.embeddings.word_embeddings", source.integer("vocab_size", 30522), hidden),
        token_type=read_types(source, "bert.embeddings.token_type_embeddings", hidden),
        position=read_positions(source, "bert.embeddings.position_embeddings", hidden),
        norm=source.layer_norm("bert.embeddings.LayerNorm", hidden, epsilon),
    )
    return SpanModel(embeddings, read_encoder(source, "bert.encoder", hidden), source.span_head(hidden))


def read_types(source: Source, name: str, size: int) -> Lookup | OnlyType:
    """Read token types; where there is only one, the model has no input for them."""
    types = source.integer("type_vocab_size", 2)
    weight = source.tensor(f"{name}.weight", types, size)
    return Lookup(weight) if types > 1 else OnlyType(weight)


def read_positions(source: Source, name: str, size: int) -> Positions:
    """Read position embeddings."""
    return Positions(source.tensor(f"{name}.weight", source.integer("max_position_embeddings", 512), size))


def read_encoder(source: Source, name: str, hidden: int, heads: int = 12, intermediate: int = 3072) -> Encoder:
    """Read the encoder in BERT's naming.

    Args:
        source: the checkpoint.
        name: the encoder's, for example `bert.encoder`.
        hidden: size of its vectors.
        heads: the family's default of `num_attention_heads`.
        intermediate: the family's default of `intermediate_size`.
    """
    layers = range(source.integer("num_hidden_layers", 12))
    heads = source.heads("num_attention_heads", heads, hidden)
    intermediate = source.integer("intermediate_size", intermediate)
    return Encoder(tuple(_read_layer(source, f"{name}.layer.{i}", hidden, heads, intermediate) for i in layers))


def _read_layer(source: Source, name: str, hidden: int, heads: int, intermediate: int) -> EncoderLayer:
    epsilon = source.number("layer_norm_eps", LAYER_NORM_EPSILON)
    attend = SelfAttention(
        query=source.linear(f"{name}.attention.self.query", hidden, hidden),
        key=source.linear(f"{name}.attention.self.key", hidden, hidden),
        value=source.linear(f"{name}.attention.self.value", hidden, hidden),
        heads=heads,
    )
    feed_forward = FeedForward(
        intermediate=source.linear(f"{name}.intermediate.dense", hidden, intermediate),
        activation=Activation(source.text("hidden_act", "gelu")),
        output=source.block_output(f"{name}.output", intermediate, hidden, epsilon),
    )
    output = source.block_output(f"{name}.attention.output", hidden, hidden, epsilon)
    return EncoderLayer(Attention(attend, output), feed_forward)
