"""Tiny random question-answering checkpoints of every family, as transformers saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel

VOCABULARY = 300

_SHARED = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 40,
    "initializer_range": 0.2,
}

CONFIGS: dict[str, dict[str, Any]] = {
    "bert": {**_SHARED, "layer_norm_eps": 1e-6, "type_vocab_size": 3},
    "distilbert": {
        "vocab_size": VOCABULARY,
        "dim": 32,
        "n_layers": 2,
        "n_heads": 2,
        "hidden_dim": 40,
        "max_position_embeddings": 40,
        "initializer_range": 0.2,
        "activation": "relu",
        "sinusoidal_pos_embds": True,
    },
    "roberta": {**_SHARED, "max_position_embeddings": 42, "type_vocab_size": 1, "pad_token_id": 1},
    "electra": {**_SHARED, "embedding_size": 20, "hidden_act": "silu"},
    "albert": {
        **_SHARED,
        "embedding_size": 24,
        "num_hidden_layers": 4,
        "num_hidden_groups": 2,
        "inner_group_num": 2,
        "hidden_act": "gelu_new",
    },
    "mobilebert": {
        **_SHARED,
        "embedding_size": 12,
        "intra_bottleneck_size": 16,
        "num_feedforward_networks": 3,
        "hidden_act": "relu",
    },
}

VARIANTS: dict[str, dict[str, Any]] = {
    "bert-one-type-gelu_pytorch_tanh": {**CONFIGS["bert"], "type_vocab_size": 1, "hidden_act": "gelu_pytorch_tanh"},
    "bert-quick_gelu": {**CONFIGS["bert"], "hidden_act": "quick_gelu"},
    "bert-tanh": {**CONFIGS["bert"], "hidden_act": "tanh"},
    "bert-sigmoid": {**CONFIGS["bert"], "hidden_act": "sigmoid"},
    "bert-relu6": {**CONFIGS["bert"], "hidden_act": "relu6"},
    "bert-leaky_relu": {**CONFIGS["bert"], "hidden_act": "leaky_relu"},
    "roberta-two-types": {**CONFIGS["roberta"], "type_vocab_size": 2},
    "electra-no-projection": {**CONFIGS["electra"], "embedding_size": 32},
    "albert-one-group": {**CONFIGS["albert"], "num_hidden_groups": 1, "inner_group_num": 1},
    "albert-uneven-groups": {**CONFIGS["albert"], "num_hidden_layers": 3, "inner_group_num": 1},
    "mobilebert-layer_norm": {**CONFIGS["mobilebert"], "normalization_type": "layer_norm"},
    "mobilebert-narrow-attention": {**CONFIGS["mobilebert"], "use_bottleneck_attention": True},
    "mobilebert-no-bottleneck": {**CONFIGS["mobilebert"], "use_bottleneck": False},
    "mobilebert-own-query": {
        **CONFIGS["mobilebert"],
        "key_query_shared_bottleneck": False,
        "intra_bottleneck_size": 32,
    },
    "mobilebert-no-trigram": {**CONFIGS["mobilebert"], "trigram_input": False, "num_feedforward_networks": 1},
    "mobilebert-no-transform": {**CONFIGS["mobilebert"], "trigram_input": False, "embedding_size": 32},
}


def make_checkpoint(folder: Path, family: str, config: dict[str, Any], seed: int = 0) -> Path:
    """Save a random model and a tokenizer for it, the way that family's checkpoints come."""
    import torch
    import transformers

    torch.manual_seed(seed)
    made = transformers.AutoConfig.for_model(family, **config)
    model = transformers.AutoModelForQuestionAnswering.from_config(made)
    for parameter in model.parameters():
        if parameter.ndim == 1:  # biases start at 0 and normalizations at 1, which would hide mistakes
            torch.nn.init.normal_(parameter, mean=float(parameter.detach().mean()), std=0.1)
    model.save_pretrained(folder)
    write_tokenizer(folder, family)
    return folder


def write_tokenizer(folder: Path, family: str) -> None:
    """Write the files that the family's tokenizer comes in."""
    if family == "roberta":
        specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        tokens = [*specials, *sorted(ByteLevel.alphabet()), "he", "re"]
        (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
        (folder / "merges.txt").write_text("#version: 0.2\nh e\nr e\n")
    elif family == "albert":
        tokens = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]", *(f"w{i}" for i in range(VOCABULARY - 5))]
        tokenizer = Tokenizer(models.WordLevel({token: i for i, token in enumerate(tokens)}, unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.add_special_tokens(tokens[:5])
        tokenizer.enable_truncation(16)
        tokenizer.enable_padding(length=16, pad_id=0, pad_token="<pad>")
        tokenizer.save(str(folder / "tokenizer.json"))
    else:
        words = (f"w{i}" for i in range(VOCABULARY - 7))
        tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s", *words]
        (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
