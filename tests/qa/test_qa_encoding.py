from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from qa_fakes import fake_tokenizer
from tokenizers import Tokenizer, models, pre_tokenizers

from bertkit.errors import InputError, ModelError
from bertkit.qa import Document
from bertkit.qa import encoding as encoding_module
from bertkit.qa.encoding import Encoder, Tokens

WORDS = st.lists(st.sampled_from(["lamp", "lit", "U.S.", "1698", "Café", "日本", "x" * 120, "[SEP]", "\x0b", "\ud800"]))
SPACES = st.sampled_from([" ", "\n\n", "\t ", "\r\n", "\u00a0", "\x0c", "\u2028", ""])
TEXTS = st.one_of(
    st.text(max_size=200),
    st.builds(lambda words, space: space.join(words), WORDS, SPACES),
    st.text(" \n\r\tab", max_size=60),
)


def byte_level_tokenizer() -> Tokenizer:
    """RoBERTa's rules: white space belongs to the word that it precedes."""
    vocabulary = {character: index for index, character in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


ENCODERS = {
    name: {piece: Encoder(make().to_str(), piece_characters=piece) for piece in (1, 7, 64, 10_000)}
    for name, make in {"wordpiece": fake_tokenizer, "byte-level": byte_level_tokenizer}.items()
}


def encode(encoder: Encoder, text: str) -> Tokens:
    whole = Tokens.none()
    for piece in encoder._pieces(text):
        whole = whole.followed_by(piece)
    return whole


@pytest.mark.parametrize("name", ENCODERS)
@given(text=TEXTS, piece=st.sampled_from([1, 7, 64]))
@example(text="a\x1cb c", piece=1)
@example(text="a  \n\n  b", piece=1)
def test_tokens_do_not_depend_on_where_the_text_is_cut(name: str, text: str, piece: int) -> None:
    whole, parts = encode(ENCODERS[name][10_000], text), encode(ENCODERS[name][piece], text)
    for attribute in ("ids", "starts", "ends", "opens", "closes"):
        np.testing.assert_array_equal(getattr(parts, attribute), getattr(whole, attribute), attribute)
        assert getattr(parts, attribute).dtype == getattr(whole, attribute).dtype


@given(text=TEXTS)
def test_offsets_point_into_the_text(text: str) -> None:
    tokens = encode(ENCODERS["wordpiece"][7], text)
    assert (tokens.starts >= 0).all()
    assert (tokens.ends <= len(text)).all()
    assert (tokens.starts < tokens.ends).all()
    assert (np.diff(tokens.starts) >= 0).all()
    for identifier, start, end in zip(tokens.ids, tokens.starts, tokens.ends, strict=True):
        piece = fake_piece(int(identifier))
        if len(piece) == 1:
            assert text[start:end].lower() == piece


def fake_piece(identifier: int) -> str:
    return str(TOKENIZER.id_to_token(identifier)).removeprefix("##")


TOKENIZER = fake_tokenizer()


def test_words_open_and_close() -> None:
    tokens = encode(ENCODERS["wordpiece"][1], "abc d, e")
    assert tokens.opens.tolist() == [True, False, False, True, True, True]
    assert tokens.closes.tolist() == [False, False, True, True, True, True]


def test_a_text_cannot_speak_the_model_s_marks() -> None:
    assert 3 not in ENCODERS["wordpiece"][64].question("what is [SEP] ?")
    assert 3 not in encode(ENCODERS["wordpiece"][64], "a [SEP] b").ids


def test_a_lone_surrogate_is_read_as_one_unknown_character() -> None:
    tokens = encode(ENCODERS["wordpiece"][64], "a \ud800b c")
    assert [(int(start), int(end)) for start, end in zip(tokens.starts, tokens.ends, strict=True)][-1] == (5, 6)


def test_truncation_and_padding_of_the_file_are_ignored() -> None:
    tokenizer = fake_tokenizer()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=9)
    assert len(encode(Encoder(tokenizer.to_str()), "a b c d e f")) == 6
    assert len(Encoder(tokenizer.to_str()).question("a")) == 1


@pytest.mark.parametrize("question", ["", "  \n", "\x00"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(InputError, match=r"The question is empty: .* Ask in words"):
        ENCODERS["wordpiece"][64].question(question)


def test_a_question_of_another_type_is_refused() -> None:
    with pytest.raises(InputError, match="A question must be a str, got NoneType"):
        ENCODERS["wordpiece"][64].question(None)  # type: ignore[arg-type]


def test_a_broken_tokenizer_is_refused() -> None:
    with pytest.raises(ModelError, match=r"The model's tokenizer cannot be read: .* Convert the model again"):
        Encoder(json.dumps({"model": 3}))


def test_a_document_is_tokenized_once_while_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_module, "_CACHED_CHARACTERS", 10)
    encoder = Encoder(fake_tokenizer().to_str())
    first, second, large = (Document.from_text(text) for text in ("aaaa", "bbbbbb", "c" * 11))
    held = encoder.document(first)
    assert encoder.document(second) is encoder.document(Document.from_text("bbbbbb"))
    assert encoder.document(first) is held
    assert encoder.document(large) is not encoder.document(large)
    encoder.document(Document.from_text("ddddd"))
    assert encoder.document(first) is not held


def test_a_document_beyond_int32_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_module, "_MOST_CHARACTERS", 5)
    with pytest.raises(InputError, match=r"The document 'text' has 6 characters; at most 5 can be read\. Split it"):
        Encoder(fake_tokenizer().to_str()).document(Document.from_text("abcdef"))
