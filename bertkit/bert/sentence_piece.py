"""ALBERT's tokenizer from its SentencePiece model, `spiece.model`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from bertkit.dependencies import require
from bertkit.errors import CheckpointError, FileError

_UNKNOWN = 2  # the type of the one piece that stands for what is in no other


def sentence_piece(path: Path, settings: Mapping[str, Any], first: str, separator: str) -> Tokenizer:
    """Build a unigram tokenizer.

    Args:
        path: of `spiece.model`.
        settings: contents of `tokenizer_config.json`; `do_lower_case` (true) and `keep_accents` (false) matter.
        first: the token that begins a row, `[CLS]`.
        separator: the token that ends the question and the passage, `[SEP]`.

    Raises:
        FileError: the file is no SentencePiece model.
        CheckpointError: its vocabulary lacks one of the two tokens, or one for what is unknown.
        DependencyError: transformers, which brings the file's format, is not installed.
    """
    pieces, charsmap = _read(path)
    names = [piece.piece for piece in pieces]
    unknown = next((index for index, piece in enumerate(pieces) if piece.type == _UNKNOWN), None)
    if unknown is None or first not in names or separator not in names:
        raise CheckpointError(f"{path}: the {len(names)} pieces lack {first}, {separator} or the unknown piece.")
    tokenizer = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in pieces], unknown))
    tokenizer.normalizer = _normalizer(settings, charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first}:0 $A:0 {separator}:0",
        pair=f"{first}:0 $A:0 {separator}:0 $B:1 {separator}:1",
        special_tokens=[(token, names.index(token)) for token in (first, separator)],
    )
    return tokenizer


def _read(path: Path) -> tuple[Any, bytes]:
    """Return the pieces, each with `piece`, `score` and `type`, and the compiled table of replaced characters."""
    format_ = require("transformers.utils.sentencepiece_model_pb2_new", "convert", "read a SentencePiece model")
    model = format_.ModelProto()
    try:
        model.ParseFromString(path.read_bytes())
    except Exception as error:  # protobuf's own class, which differs between its implementations
        raise FileError(f"{path} is no SentencePiece model: {error}. Download the checkpoint again.") from error
    return model.pieces, model.normalizer_spec.precompiled_charsmap


def _normalizer(settings: Mapping[str, Any], charsmap: bytes) -> normalizers.Normalizer:
    steps: list[normalizers.Normalizer] = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
    if not settings.get("keep_accents", False):
        steps += [normalizers.NFKD(), normalizers.StripAccents()]
    if settings.get("do_lower_case", True):
        steps.append(normalizers.Lowercase())
    if charsmap:
        steps.append(normalizers.Precompiled(charsmap))
    return normalizers.Sequence(steps)
