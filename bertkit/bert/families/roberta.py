"""RoBERTa: BERT that counts positions by tokens and whose inputs have no types."""

from __future__ import annotations

from bertkit.bert.families.bert import LAYER_NORM_EPSILON, read_encoder
from bertkit.bert.families.source import Source
from bertkit.bert.modules.embeddings import Embeddings, OnlyType
from bertkit.bert.modules.positions import CountedPositions
from bertkit.bert.modules.span_model import SpanModel
from bertkit.errors import CheckpointError


def read(source: Source) -> SpanModel:
    """Read a `RobertaForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    hidden = source.integer("hidden_size", 768)
    types = source.tensor(
        "roberta.embeddings.token_type_embeddings.weight", source.integer("type_vocab_size", 2), hidden
    )
    positions = source.integer("max_position_embeddings", 512)
    embeddings = Embeddings(
        word=source.lookup("roberta.embeddings.word_embeddings", source.integer("vocab_size", 50265), hidden),
        token_type=OnlyType(types[:1]),
        position=CountedPositions(
            weight=source.tensor("roberta.embeddings.position_embeddings.weight", positions, hidden),
            pad_id=_pad_id(source),
        ),
        norm=source.layer_norm(
            "roberta.embeddings.LayerNorm", hidden, source.number("layer_norm_eps", LAYER_NORM_EPSILON)
        ),
    )
    return SpanModel(embeddings, read_encoder(source, "roberta.encoder", hidden), source.span_head(hidden))


def _pad_id(source: Source) -> int:
    pad_id = source.number("pad_token_id", 1)
    if not pad_id.is_integer():
        raise CheckpointError(f'config.json: "pad_token_id" must be a whole number, found {pad_id}.')
    return int(pad_id)
