"""A tiny checkpoint and questions that it can learn in a few steps."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

NAMES = ["anna", "boris", "clara", "david", "emma", "felix", "greta", "henry", "irene", "jonas", "karla", "louis"]
PLACES = ["paris", "london", "berlin", "madrid", "vienna", "dublin", "oslo", "lisbon", "athens", "prague"]
WORDS = ["where", "is", "in", "the", "house", "of", "has", "been", "and", "who", "when", "what", ".", "?", ",", "'s"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tokenizer() -> Tokenizer:
    pieces = [*SPECIAL, *WORDS, *NAMES, *PLACES, *"abcdefghijklmnopqrstuvwxyz0123456789"]
    pieces += [f"##{character}" for character in "abcdefghijklmnopqrstuvwxyz0123456789"]
    built = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(dict.fromkeys(pieces))}, unk_token="[UNK]"))
    built.normalizer = normalizers.BertNormalizer(lowercase=True)
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    built.add_special_tokens(SPECIAL)
    return built


def make_base(folder: Path, *, head: bool = True, seed: int = 0, **config: object) -> Path:
    """Write a BERT of 2 layers and 32 units with random weights."""
    from transformers import BertConfig, BertForQuestionAnswering, BertModel

    built = tokenizer()
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(seed)
    settings = BertConfig(
        vocab_size=built.get_vocab_size(), max_position_embeddings=64, **{**sizes, "initializer_range": 0.1, **config}
    )
    (BertForQuestionAnswering if head else BertModel)(settings).save_pretrained(folder)
    built.save(str(folder / "tokenizer.json"))
    return folder


def passage(index: int) -> tuple[str, list[tuple[str, str]]]:
    """Return a passage, and who is where in it."""
    people = [(NAMES[(index + k) % 12], PLACES[(3 * index + 7 * k) % 10]) for k in range(3)]
    return " ".join(f"{name.title()} is in {place.title()}." for name, place in people), people


def make_squad(path: Path, passages: int = 20) -> Path:
    """Write questions in SQuAD's form, two articles."""
    articles: list[dict[str, object]] = [{"title": title, "paragraphs": []} for title in ("First", "Second")]
    for index in range(passages):
        context, people = passage(index)
        qas = [
            {
                "id": f"{index}-{k}",
                "question": f"Where is {name.title()}?",
                "answers": [
                    {"text": place.title(), "answer_start": context.index(f"{name.title()} is") + len(name) + 7}
                ],
            }
            for k, (name, place) in enumerate(people)
        ]
        articles[index % 2]["paragraphs"].append({"context": context, "qas": qas})  # type: ignore[attr-defined]
    path.write_text(json.dumps({"data": articles}))
    return path


def make_prose(path: Path, articles: int = 6) -> Path:
    """Write articles of plain text in which names and places come back."""
    with lzma.open(path, "wt", encoding="utf-8") as file:
        for index in range(articles):
            paragraphs = []
            for k in range(4):
                paragraphs.append(" ".join(_sentence(index * 5 + k * 3 + j) for j in range(4)))
            file.write(json.dumps({"title": f"Article {index}", "text": "\n".join(paragraphs)}) + "\n")
    return path


def _sentence(index: int) -> str:
    first, second, third = (NAMES[(index * step) % 12].title() for step in (1, 5, 7))
    return f"{first} has been in the house of {second} in {PLACES[index % 10].title()} when {third} is in the house."
