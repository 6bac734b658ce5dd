"""ELECTRA: BERT whose embeddings may be narrower than its encoder."""

from __future__ import annotations

from bertkit.bert.families.bert import LAYER_NORM_EPSILON, read_encoder, read_positions, read_types
from bertkit.bert.families.source import Source
from bertkit.bert.modules.embeddings import Embeddings
from bertkit.bert.modules.span_model import SpanModel


def read(source: Source) -> SpanModel:
    """Read an `ElectraForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    size, hidden = source.integer("embedding_size", 128), source.integer("hidden_size", 256)
    embeddings = Embeddings(
        word=source.lookup("electra.embeddings.word_embeddings", source.integer("vocab_size", 30522), size),
        token_type=read_types(source, "electra.embeddings.token_type_embeddings", size),
        position=read_positions(source, "electra.embeddings.position_embeddings", size),
        norm=source.layer_norm(
            "electra.embeddings.LayerNorm", size, source.number("layer_norm_eps", LAYER_NORM_EPSILON)
        ),
        project=source.linear("electra.embeddings_project", size, hidden) if size != hidden else None,
    )
    encoder = read_encoder(source, "electra.encoder", hidden, heads=4, intermediate=1024)
    return SpanModel(embeddings, encoder, source.span_head(hidden))
