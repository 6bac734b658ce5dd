"""Tokenizers built from a checkpoint's files equal those that transformers builds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import transformers
from tokenizers import Tokenizer

from bertkit.bert import Checkpoint
from bertkit.bert.pairs import pair_template
from bertkit.bert.tokenizer import load_tokenizer
from bertkit.errors import CheckpointError, FileError

_TEXTS = ["the w1 ##s", "The thes W7 unknown", "w2,w3  w4\tthe [SEP] w5", "Thé thé 東京 w9", ""]


@pytest.fixture
def bert(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> Path:
    return shutil.copytree(checkpoint_of("bert"), tmp_path / "bert")


@pytest.mark.parametrize("settings", [{}, {"do_lower_case": False}, {"strip_accents": False}])
def test_word_pieces_equal_transformers(bert: Path, settings: dict[str, bool]) -> None:
    (bert / "tokenizer_config.json").write_text(json.dumps(settings))
    ours = load_tokenizer(bert)
    theirs = transformers.BertTokenizer.from_pretrained(bert)
    for text in _TEXTS:
        assert ours.encode(text).ids == theirs(text)["input_ids"], text
    pair = ours.encode("the w1", "w2")
    assert pair.ids == theirs("the w1", "w2")["input_ids"]
    assert pair.type_ids == theirs("the w1", "w2")["token_type_ids"]


def test_byte_pairs_equal_transformers(checkpoint_of: Callable[[str], Path]) -> None:
    folder = checkpoint_of("roberta")
    ours, theirs = load_tokenizer(folder), transformers.RobertaTokenizer.from_pretrained(folder)
    for text in ["here he is", " here", "Thé 東京", "a<s>b</s>", ""]:
        assert ours.encode(text).ids == theirs(text)["input_ids"], text
    assert ours.encode("he", "re").ids == theirs("he", "re")["input_ids"]


def test_truncation_and_padding_are_switched_off(checkpoint_of: Callable[[str], Path]) -> None:
    folder = checkpoint_of("albert")
    assert Tokenizer.from_file(str(folder / "tokenizer.json")).truncation is not None
    tokenizer = load_tokenizer(folder)
    assert tokenizer.truncation is None
    assert tokenizer.padding is None
    assert len(tokenizer.encode("w1 " * 100).ids) == 100


def test_tokenizer_json_is_preferred(bert: Path) -> None:
    vocabulary = {"[UNK]": 0, "only": 1}
    from tokenizers import models

    Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]")).save(str(bert / "tokenizer.json"))
    assert load_tokenizer(bert).get_vocab() == vocabulary


def _write_sentence_pieces(folder: Path) -> list[tuple[str, float]]:
    """Write a small `spiece.model` instead of the vocabulary, and return its pieces."""
    from transformers.utils import sentencepiece_model_pb2_new as format_

    specials = {"<pad>": 3, "<unk>": 2, "[CLS]": 3, "[SEP]": 3, "[MASK]": 4}
    words = {"\u2581": -2.0, "\u2581the": -1.0, "\u2581w": -3.0, "he": -2.5, '"': -6.0}
    letters = {letter: -5 - index / 10 for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789T")}
    pieces = {**dict.fromkeys(specials, 0.0), **words, **letters}
    model = format_.ModelProto()
    for text, score in pieces.items():
        model.pieces.add(piece=text, score=score, type=specials.get(text, 1))
    (folder / "vocab.txt").unlink()
    (folder / "spiece.model").write_bytes(model.SerializeToString())
    return [(piece.piece, piece.score) for piece in model.pieces]


@pytest.mark.parametrize("settings", [{}, {"do_lower_case": False}, {"keep_accents": True}])
def test_sentence_pieces_equal_transformers(bert: Path, settings: dict[str, bool]) -> None:
    pieces = _write_sentence_pieces(bert)
    (bert / "tokenizer_config.json").write_text(json.dumps(settings))
    ours, theirs = load_tokenizer(bert), transformers.AlbertTokenizer(vocab=pieces, **settings)
    for text in ["the w1", "The  there``", "Thé thé 東京 w9", "a [SEP] b", ""]:
        assert ours.encode(text).ids == theirs(text)["input_ids"], text
    pair = ours.encode("the w1", "w2")
    assert pair.ids == theirs("the w1", "w2")["input_ids"]
    assert pair.type_ids == theirs("the w1", "w2", return_token_type_ids=True)["token_type_ids"]


def test_damaged_sentence_pieces(bert: Path) -> None:
    _write_sentence_pieces(bert)
    content = (bert / "spiece.model").read_bytes()
    (bert / "spiece.model").write_bytes(content[:-3])
    with pytest.raises(FileError, match="no SentencePiece model"):
        load_tokenizer(bert)


def test_sentence_pieces_without_separators(bert: Path) -> None:
    _write_sentence_pieces(bert)
    (bert / "tokenizer_config.json").write_text(json.dumps({"sep_token": "[END]"}))
    with pytest.raises(CheckpointError, match=r"lack \[CLS\], \[END\]"):
        load_tokenizer(bert)


def test_missing_tokenizer_says_what_was_looked_for(bert: Path) -> None:
    (bert / "vocab.txt").unlink()
    with pytest.raises(CheckpointError, match=r"no tokenizer.*tokenizer\.json, vocab\.txt, vocab\.json"):
        load_tokenizer(bert)


def test_damaged_tokenizer(bert: Path) -> None:
    (bert / "tokenizer.json").write_text('{"version": "1.0"')
    with pytest.raises(FileError, match=r"tokenizer\.json"):
        load_tokenizer(bert)


def test_vocabulary_without_separators(bert: Path) -> None:
    (bert / "vocab.txt").write_text("[PAD]\n[UNK]\nthe\n")
    with pytest.raises(CheckpointError, match=r"\[SEP\]"):
        load_tokenizer(bert)


@pytest.mark.parametrize("family", ["bert", "distilbert", "electra", "mobilebert", "roberta"])
def test_pair_template_equals_transformers(family: str, checkpoint_of: Callable[[str], Path]) -> None:
    folder = checkpoint_of(family)
    question, passage = ("he", "re") if family == "roberta" else ("w1 w2", "w3")
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    has_types = family not in ("roberta", "distilbert")
    pair = pair_template(Checkpoint.open(folder), has_types=has_types, vocabulary=300)
    first = [*pair.prefix_ids, *theirs(question, add_special_tokens=False)["input_ids"], *pair.middle_ids]
    second = [*theirs(passage, add_special_tokens=False)["input_ids"], *pair.suffix_ids]
    encoded = theirs(question, passage, return_token_type_ids=True)
    assert [*first, *second] == encoded["input_ids"]
    assert pair.pad_id == theirs.pad_token_id
    if has_types:
        types = [pair.question_type] * len(first) + [pair.passage_type] * len(second)
        assert types == encoded["token_type_ids"]


def test_tokenizer_larger_than_the_model(bert: Path) -> None:
    with (bert / "vocab.txt").open("a") as file:
        file.write("more\n")
    with pytest.raises(CheckpointError, match=r"ids up to 300.*only 300 rows"):
        pair_template(Checkpoint.open(bert), has_types=True, vocabulary=300)


def test_special_token_that_the_tokenizer_lacks(bert: Path) -> None:
    (bert / "tokenizer_config.json").write_text(json.dumps({"cls_token": {"content": "[START]"}}))
    with pytest.raises(CheckpointError, match=r"\[START\]"):
        pair_template(Checkpoint.open(bert), has_types=True, vocabulary=300)
