"""A checkpoint's tokenizer, whichever files it comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from bertkit.bert.sentence_piece import sentence_piece
from bertkit.errors import CheckpointError, FileError

TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json with merges.txt", "spiece.model")
"""What a tokenizer is built from, in this order."""

_WORD_PIECE_SPECIALS = {
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
_BYTE_LEVEL_SPECIALS = {
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}
_SENTENCE_PIECE_SPECIALS = {**_WORD_PIECE_SPECIALS, "unk_token": "<unk>", "pad_token": "<pad>"}


def load_tokenizer(folder: Path) -> Tokenizer:
    """Build the tokenizer of a checkpoint, with truncation and padding off.

    Raises:
        CheckpointError: the folder holds none of `TOKENIZER_FILES`.
        FileError: a file is malformed.
        DependencyError: `spiece.model` is all there is, and transformers is not installed.
    """
    try:
        tokenizer = _build(folder)
    except (OSError, ValueError) as error:
        raise FileError(f"The tokenizer of {folder} cannot be read: {error}. Download the checkpoint again.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def special_token(folder: Path, name: str, default: str) -> str:
    """Return a special token as text, as the checkpoint's files state it.

    Args:
        folder: the checkpoint.
        name: for example `cls_token`.
        default: the family's own, where no file states it.
    """
    for file in ("tokenizer_config.json", "special_tokens_map.json"):
        stated = _read_json(folder / file).get(name)
        if isinstance(stated, Mapping):
            stated = stated.get("content")
        if isinstance(stated, str):
            return stated
    return default


def _build(folder: Path) -> Tokenizer:
    if (folder / "tokenizer.json").is_file():
        return _from_json(folder / "tokenizer.json")
    if (folder / "vocab.txt").is_file():
        return _word_piece(folder)
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return _byte_level(folder)
    if (folder / "spiece.model").is_file():
        return _sentence_piece(folder)
    raise CheckpointError(f"{folder} has no tokenizer. Looked for: {', '.join(TOKENIZER_FILES)}.")


def _from_json(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"{path.name}: {error}") from error


def _word_piece(folder: Path) -> Tokenizer:
    settings = _read_json(folder / "tokenizer_config.json")
    specials = {name: special_token(folder, name, default) for name, default in _WORD_PIECE_SPECIALS.items()}
    lines = (folder / "vocab.txt").read_text("utf-8").split("\n")
    vocabulary = {token: index for index, token in enumerate(line.rstrip("\r") for line in lines) if token}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=specials["unk_token"], max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=bool(settings.get("tokenize_chinese_chars", True)),
        strip_accents=settings.get("strip_accents"),
        lowercase=bool(settings.get("do_lower_case", True)),
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##")
    _add_specials(tokenizer, specials)
    separator, first = specials["sep_token"], specials["cls_token"]
    tokenizer.post_processor = processors.BertProcessing(
        (separator, _id(tokenizer, separator)), (first, _id(tokenizer, first))
    )
    return tokenizer


def _byte_level(folder: Path) -> Tokenizer:
    prefix_space = bool(_read_json(folder / "tokenizer_config.json").get("add_prefix_space", False))
    specials = {name: special_token(folder, name, default) for name, default in _BYTE_LEVEL_SPECIALS.items()}
    model = models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    _add_specials(tokenizer, specials)
    separator, first = specials["sep_token"], specials["cls_token"]
    tokenizer.post_processor = processors.RobertaProcessing(
        (separator, _id(tokenizer, separator)),
        (first, _id(tokenizer, first)),
        trim_offsets=True,
        add_prefix_space=prefix_space,
    )
    return tokenizer


def _sentence_piece(folder: Path) -> Tokenizer:
    settings = _read_json(folder / "tokenizer_config.json")
    specials = {name: special_token(folder, name, default) for name, default in _SENTENCE_PIECE_SPECIALS.items()}
    tokenizer = sentence_piece(folder / "spiece.model", settings, specials["cls_token"], specials["sep_token"])
    _add_specials(tokenizer, specials)
    return tokenizer


def _add_specials(tokenizer: Tokenizer, specials: Mapping[str, str]) -> None:
    """Keep special tokens whole; RoBERTa's mask swallows the space before it, which no reader ever sees."""
    known = [token for token in specials.values() if tokenizer.token_to_id(token) is not None]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in known])


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise CheckpointError(
            f'The vocabulary of {tokenizer.get_vocab_size()} tokens lacks the special token "{token}". '
            "State its name in tokenizer_config.json."
        )
    return int(found)


def _read_json(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    values = json.loads(path.read_text("utf-8"))
    return values if isinstance(values, dict) else {}
