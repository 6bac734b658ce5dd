"""DistilBERT: BERT without token types, under names of its own."""

from __future__ import annotations

from bertkit.bert.families.bert import LAYER_NORM_EPSILON, read_positions
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
    """Read a `DistilBertForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    hidden = source.integer("dim", 768)
    embeddings = Embeddings(
        word=source.lookup("distilbert.embeddings.word_embeddings", source.integer("vocab_size", 30522), hidden),
        token_type=None,
        position=read_positions(source, "distilbert.embeddings.position_embeddings", hidden),
        norm=source.layer_norm("distilbert.embeddings.LayerNorm", hidden, LAYER_NORM_EPSILON),
    )
    layers = range(source.integer("n_layers", 6))
    encoder = Encoder(tuple(_read_layer(source, f"distilbert.transformer.layer.{i}", hidden) for i in layers))
    return SpanModel(embeddings, encoder, source.span_head(hidden))


def _read_layer(source: Source, name: str, hidden: int) -> EncoderLayer:
    intermediate = source.integer("hidden_dim", 3072)
    attend = SelfAttention(
        query=source.linear(f"{name}.attention.q_lin", hidden, hidden),
        key=source.linear(f"{name}.attention.k_lin", hidden, hidden),
        value=source.linear(f"{name}.attention.v_lin", hidden, hidden),
        heads=source.heads("n_heads", 12, hidden),
    )
    attention_output = BlockOutput(
        dense=source.linear(f"{name}.attention.out_lin", hidden, hidden),
        norm=source.layer_norm(f"{name}.sa_layer_norm", hidden, LAYER_NORM_EPSILON),
    )
    feed_forward = FeedForward(
        intermediate=source.linear(f"{name}.ffn.lin1", hidden, intermediate),
        activation=Activation(source.text("activation", "gelu")),
        output=BlockOutput(
            dense=source.linear(f"{name}.ffn.lin2", intermediate, hidden),
            norm=source.layer_norm(f"{name}.output_layer_norm", hidden, LAYER_NORM_EPSILON),
        ),
    )
    return EncoderLayer(Attention(attend, attention_output), feed_forward)
