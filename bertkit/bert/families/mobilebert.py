"""MobileBERT: trigram embeddings, bottlenecks, several feed-forward blocks a layer."""

from __future__ import annotations

from dataclasses import dataclass

from bertkit.bert.families.bert import LAYER_NORM_EPSILON, read_positions, read_types
from bertkit.bert.families.source import Source
from bertkit.bert.modules.activation import Activation
from bertkit.bert.modules.attention import Attention
from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.bottleneck import Bottleneck, Narrowing
from bertkit.bert.modules.encoder import Encoder
from bertkit.bert.modules.feed_forward import FeedForward
from bertkit.bert.modules.mobile_encoder_layer import MobileEncoderLayer
from bertkit.bert.modules.normalization import NoNorm, Normalization
from bertkit.bert.modules.self_attention import SelfAttention
from bertkit.bert.modules.span_model import SpanModel
from bertkit.bert.modules.trigram_embeddings import TrigramEmbeddings
from bertkit.errors import UnsupportedError

# Hugging Face gives some normalizations no epsilon, so they have PyTorch's own.
_UNSTATED_EPSILON = 1e-5


def read(source: Source) -> SpanModel:
    """Read a `MobileBertForQuestionAnswering`.

    Raises:
        CheckpointError: a tensor is missing, or the configuration and a tensor disagree.
        UnsupportedError: the configuration asks for what is not supported.
    """
    source.refuse_what_is_not_plain()
    sizes = _Sizes.of(source)
    layers = range(source.integer("num_hidden_layers", 24))
    encoder = Encoder(tuple(_read_layer(source, f"mobilebert.encoder.layer.{i}", sizes) for i in layers))
    return SpanModel(_read_embeddings(source, sizes.hidden), encoder, source.span_head(sizes.hidden))


@dataclass(frozen=True)
class _Sizes:
    """Sizes of a layer's vectors: between layers, within a layer, and within its feed-forward blocks."""

    hidden: int
    narrow: int
    intermediate: int
    epsilon: float
    bottleneck: bool
    narrow_attention: bool
    shared_attention: bool

    @classmethod
    def of(cls, source: Source) -> _Sizes:
        hidden = source.integer("hidden_size", 512)
        bottleneck = source.flag("use_bottleneck", True)
        sizes = cls(
            hidden=hidden,
            narrow=source.integer("intra_bottleneck_size", 128) if bottleneck else hidden,
            intermediate=source.integer("intermediate_size", 512),
            epsilon=source.number("layer_norm_eps", LAYER_NORM_EPSILON),
            bottleneck=bottleneck,
            narrow_attention=source.flag("use_bottleneck_attention", False),
            shared_attention=source.flag("key_query_shared_bottleneck", True),
        )
        if sizes.wide_query and sizes.narrow != hidden:
            raise UnsupportedError(
                "MobileBERT whose query and key take vectors from outside the bottleneck is not supported unless both "
                f"sizes agree: hidden_size is {hidden}, intra_bottleneck_size {sizes.narrow}."
            )
        return sizes

    @property
    def wide_query(self) -> bool:
        return self.bottleneck and not self.narrow_attention and not self.shared_attention


def _read_embeddings(source: Source, hidden: int) -> TrigramEmbeddings:
    name = "mobilebert.embeddings"
    size, trigram = source.integer("embedding_size", 128), source.flag("trigram_input", True)
    joined = size * 3 if trigram else size
    transformed = trigram or size != hidden
    return TrigramEmbeddings(
        word=source.lookup(f"{name}.word_embeddings", source.integer("vocab_size", 30522), size),
        trigram=trigram,
        transform=source.linear(f"{name}.embedding_transformation", joined, hidden) if transformed else None,
        position=read_positions(source, f"{name}.position_embeddings", hidden),
        token_type=read_types(source, f"{name}.token_type_embeddings", hidden),
        norm=_read_norm(source, f"{name}.LayerNorm", hidden, _UNSTATED_EPSILON),
    )


def _read_layer(source: Source, name: str, sizes: _Sizes) -> MobileEncoderLayer:
    feed_forwards = [
        _read_feed_forward(source, f"{name}.ffn.{i}", sizes, sizes.epsilon)
        for i in range(source.integer("num_feedforward_networks", 4) - 1)
    ]
    return MobileEncoderLayer(
        bottleneck=_read_bottleneck(source, f"{name}.bottleneck", sizes) if sizes.bottleneck else None,
        attention=_read_attention(source, f"{name}.attention", sizes),
        feed_forwards=(*feed_forwards, _read_feed_forward(source, name, sizes, _UNSTATED_EPSILON)),
        widen=_read_output(source, f"{name}.output.bottleneck", sizes.narrow, sizes.hidden, sizes.epsilon)
        if sizes.bottleneck
        else None,
    )


def _read_attention(source: Source, name: str, sizes: _Sizes) -> Attention:
    narrow = sizes.narrow
    attend = SelfAttention(
        query=source.linear(f"{name}.self.query", narrow, narrow),
        key=source.linear(f"{name}.self.key", narrow, narrow),
        value=source.linear(f"{name}.self.value", narrow if sizes.narrow_attention else sizes.hidden, narrow),
        heads=source.heads("num_attention_heads", 4, narrow),
    )
    return Attention(attend, _read_output(source, f"{name}.output", narrow, narrow, sizes.epsilon))


def _read_feed_forward(source: Source, name: str, sizes: _Sizes, epsilon: float) -> FeedForward:
    return FeedForward(
        intermediate=source.linear(f"{name}.intermediate.dense", sizes.narrow, sizes.intermediate),
        activation=Activation(source.text("hidden_act", "relu")),
        output=_read_output(source, f"{name}.output", sizes.intermediate, sizes.narrow, epsilon),
    )


def _read_bottleneck(source: Source, name: str, sizes: _Sizes) -> Bottleneck:
    shared = sizes.shared_attention and not sizes.narrow_attention
    return Bottleneck(
        input=_read_narrowing(source, f"{name}.input", sizes),
        attention=_read_narrowing(source, f"{name}.attention", sizes) if shared else None,
        narrow_attention=sizes.narrow_attention,
    )


def _read_narrowing(source: Source, name: str, sizes: _Sizes) -> Narrowing:
    norm = _read_norm(source, f"{name}.LayerNorm", sizes.narrow, sizes.epsilon)
    return Narrowing(source.linear(f"{name}.dense", sizes.hidden, sizes.narrow), norm)


def _read_output(source: Source, name: str, inputs: int, outputs: int, epsilon: float) -> BlockOutput:
    norm = _read_norm(source, f"{name}.LayerNorm", outputs, epsilon)
    return BlockOutput(source.linear(f"{name}.dense", inputs, outputs), norm)


def _read_norm(source: Source, name: str, size: int, epsilon: float) -> Normalization:
    kind = source.text("normalization_type", "no_norm")
    if kind == "no_norm":
        return NoNorm(source.tensor(f"{name}.weight", size), source.tensor(f"{name}.bias", size))
    if kind == "layer_norm":
        return source.layer_norm(name, size, epsilon)
    raise UnsupportedError(
        f'MobileBERT with normalization_type "{kind}" is not supported, only no_norm and layer_norm.'
    )
