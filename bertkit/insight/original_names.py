"""What a converted file's layers are called in the Hugging Face model that they came from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bertkit.bert.names import SEPARATOR
from bertkit.errors import UnsupportedError

_EMBEDDINGS = {
    "embeddings__word": "embeddings.word_embeddings",
    "embeddings__token_type": "embeddings.token_type_embeddings",
    "embeddings__position": "embeddings.position_embeddings",
    "embeddings__layer_norm": "embeddings.LayerNorm",
}
_ATTENTION = {
    "attention__self__query": "attention.self.query",
    "attention__self__key": "attention.self.key",
    "attention__self__value": "attention.self.value",
    "attention__self__context_joined": "attention.self",
    "attention__output__dense": "attention.output.dense",
    "attention__output__layer_norm": "attention.output.LayerNorm",
}
_FEED_FORWARD = {
    "feed_forward__intermediate": "intermediate.dense",
    "feed_forward__activation": "intermediate",
    "feed_forward__output__dense": "output.dense",
    "feed_forward__output__layer_norm": "output.LayerNorm",
}
_BERT_LAYER = {**_ATTENTION, **_FEED_FORWARD}
_DISTILBERT_LAYER = {
    "attention__self__query": "attention.q_lin",
    "attention__self__key": "attention.k_lin",
    "attention__self__value": "attention.v_lin",
    "attention__output__dense": "attention.out_lin",
    "attention__output__layer_norm": "sa_layer_norm",
    "feed_forward__intermediate": "ffn.lin1",
    "feed_forward__activation": "ffn.activation",
    "feed_forward__output__dense": "ffn.lin2",
    "feed_forward__output__layer_norm": "output_layer_norm",
}
_ALBERT_LAYER = {
    "attention__self__query": "attention.query",
    "attention__self__key": "attention.key",
    "attention__self__value": "attention.value",
    "attention__output__dense": "attention.dense",
    "attention__output__layer_norm": "attention.LayerNorm",
    "feed_forward__intermediate": "ffn",
    "feed_forward__activation": "activation",
    "feed_forward__output__dense": "ffn_output",
    "feed_forward__output__layer_norm": "full_layer_layer_norm",
}
_MOBILEBERT_LAYER = {
    **_ATTENTION,
    "bottleneck__input__dense": "bottleneck.input.dense",
    "bottleneck__input__layer_norm": "bottleneck.input.LayerNorm",
    "bottleneck__attention__dense": "bottleneck.attention.dense",
    "bottleneck__attention__layer_norm": "bottleneck.attention.LayerNorm",
    "widen__dense": "output.bottleneck.dense",
    "widen__layer_norm": "output.bottleneck.LayerNorm",
}
_ENCODERS = {
    "albert": ("encoder.albert_layers", _ALBERT_LAYER),
    "bert": ("encoder.layer.{}", _BERT_LAYER),
    "distilbert": ("transformer.layer.{}", _DISTILBERT_LAYER),
    "electra": ("encoder.layer.{}", _BERT_LAYER),
    "mobilebert": ("encoder.layer.{}", _MOBILEBERT_LAYER),
    "roberta": ("encoder.layer.{}", _BERT_LAYER),
}
_PROJECTIONS = {
    "albert": ("embeddings__project", "encoder.embedding_hidden_mapping_in"),
    "electra": ("embeddings__project", "embeddings_project"),
    "mobilebert": ("embeddings__transform", "embeddings.embedding_transformation"),
}

_ENCODER_LAYER = re.compile(rf"encoder{SEPARATOR}layer_(\d+){SEPARATOR}(.+)")
_NUMBERED_FEED_FORWARD = re.compile(r"feed_forward_(\d+)(?=__)")
_SHARED_LAYER = re.compile(r"albert_layer_groups\.\d+\.albert_layers\.\d+")


def original_names(family: str, layers: Iterable[str]) -> dict[str, str]:
    """Return the module that computed the same value in the original, for every layer that has such a module.

    ALBERT's modules are used for several layers, so several of its layers have the same original; they are in the order
    in which the original calls it. `canonical` turns a module's own name into the one given here.

    Args:
        family: of the model's settings.
        layers: names of the file's layers.

    Raises:
        UnsupportedError: the family is not known.
    """
    if family not in _ENCODERS:
        raise UnsupportedError(f'The family "{family}" is not supported. Supported: {", ".join(sorted(_ENCODERS))}.')
    listed = list(layers)
    outside = {**_EMBEDDINGS, **dict([_PROJECTIONS[family]] if family in _PROJECTIONS else [])}
    last = max((int(found[1]) for found in map(_NUMBERED_FEED_FORWARD.search, listed) if found), default=0)
    names = {"span_head__logits": "qa_outputs"}
    for layer in listed:
        plain = layer.replace("no_norm", "layer_norm")
        inside = _ENCODER_LAYER.fullmatch(plain)
        original = outside.get(plain) if inside is None else _inside(family, int(inside[1]), inside[2], last)
        if original is not None:
            names[layer] = f"{family}.{original}"
    return {layer: names[layer] for layer in listed if layer in names}


def canonical(module: str) -> str:
    """Return the name under which `original_names` lists a module of the original."""
    return _SHARED_LAYER.sub("albert_layers", module)


def _inside(family: str, number: int, layer: str, last: int) -> str | None:
    """Return the module inside the encoder for a layer's name below its encoder layer."""
    place, suffixes = _ENCODERS[family]
    block = _NUMBERED_FEED_FORWARD.match(layer)
    if block is None:
        suffix = suffixes.get(layer)
    else:
        # MobileBERT's last feed-forward block has the place of BERT's only one; those before it are called ffn.
        suffix = _FEED_FORWARD.get(_NUMBERED_FEED_FORWARD.sub("feed_forward", layer))
        if suffix is not None and int(block[1]) < last:
            suffix = f"ffn.{block[1]}.{suffix}"
    return None if suffix is None else f"{place.format(number)}.{suffix}"
