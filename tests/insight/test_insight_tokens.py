from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_fakes import CLS, SEP, FakeModel

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, tokenize
from bertkit.insight.tokens import Tokenization
from bertkit.qa import Document, Reader
from bertkit.qa.windows import rows

READER = Reader(FakeModel(lengths=(16, 32)))
TEXTS = st.text(st.sampled_from("ab 1.é日Ω\n"), min_size=1, max_size=120).filter(lambda text: not text.isspace())


def tokenized(text: str, question: str = "a1", **options: int) -> Tokenization:
    return tokenize(READER, question, Document.from_text(text), **options)


@given(TEXTS)
def test_rows_are_what_the_model_is_given(text: str) -> None:
    tokenization = tokenized(text)
    for number, window in enumerate(tokenization.windows):
        row = tokenization.row(number)
        inputs = rows([window], ("input_ids", "attention_mask", "token_type_ids"))
        assert [token.id for token in row] == inputs["input_ids"][0].tolist()
        assert [token.type for token in row] == inputs["token_type_ids"][0].tolist()
        assert [token.part != "padding" for token in row] == inputs["attention_mask"][0].astype(bool).tolist()
        assert row.filled == inputs["attention_mask"].sum()


@given(TEXTS)
def test_tokens_are_the_characters_they_stand_for(text: str) -> None:
    tokenization = tokenized(text, question=" 1é ?")
    for number in range(len(tokenization.windows)):
        for token in tokenization.row(number):
            whole = {"question": " 1é ?", "passage": text}.get(token.part)
            if whole is None:
                assert (token.text, token.start, token.end) == ("", None, None)
            else:
                assert token.text == whole[token.start : token.end]
                assert token.unknown or token.piece.removeprefix("##") == token.text
                assert token.unknown == (token.piece == "[UNK]")


@given(TEXTS)
def test_places_of_windows_cover_the_document_in_order(text: str) -> None:
    tokenization = tokenized(text)
    places = tokenization.places
    assert places[0].first == 0
    for before, after in pairwise(places):
        assert before.first < after.first <= before.last + 1 <= after.last
        assert before.last + 1 - after.first == after.shared_before == before.shared_after
    whole = READER.encoder.document(tokenization.document)
    assert tokenization.passage_count == sum(len(piece) for piece in whole)
    assert tokenization.unknown_count == sum(int((piece.ids == 1).sum()) for piece in whole)


def test_a_row_names_its_parts() -> None:
    row = tokenized("ab", question="1").row(0)
    parts = [(token.piece, token.part, token.opens) for token in row[:6]]
    assert parts == [
        ("[CLS]", "special", True),
        ("1", "question", True),
        ("[SEP]", "special", True),
        ("a", "passage", True),
        ("##b", "passage", False),
        ("[SEP]", "special", True),
    ]
    assert row.places("special") == [0, 2, 5]
    assert [row[0].id, row[2].id] == [CLS, SEP]
    assert {token.part for token in row[6:]} == {"padding"}


def test_text_lists_every_token_but_padding() -> None:
    lines = str(tokenized("ab Ω", question="1").row(0)).splitlines()
    assert len(lines) == 2 + 7 + 1
    assert "[UNK]" in lines[7]
    assert "unknown" in lines[7]
    assert "'Ω'" in lines[7]
    assert lines[-1] == "9 tokens of padding follow."


def test_overview_counts_windows_and_unknown_tokens() -> None:
    tokenization = tokenized("a b " * 30 + "Ω", overlap_tokens=4)
    assert "61 of the document, 1 unknown, 3 windows" in str(tokenization)
    json = tokenization.to_json()
    assert (json["passage_tokens"], json["unknown"], len(json["windows"])) == (61, 1, 3)


def test_columns_of_a_row_have_one_value_each() -> None:
    row = tokenized("ab").row(0)
    columns = row.to_json()
    assert {len(column) for column in columns.values()} == {len(row)}
    assert columns["piece"][0] == "[CLS]"


def test_a_window_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="has 1 windows, 0 to 0; got 1"):
        tokenized("ab").row(1)


def test_a_document_without_tokens_is_refused() -> None:
    with pytest.raises(InputError, match="finds no tokens in the document 'text'"):
        tokenized("\u200b")


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_positions_are_rows_of_the_position_table(
    family: str, example_of: Callable[[str], tuple[Subject, Example]]
) -> None:
    subject, example = example_of(family)
    wanted = np.arange(len(example.row))
    if family == "roberta":  # the only one that computes them
        wanted = subject.model.trace(example.inputs)["embeddings__position_row"][0]
    assert [token.position for token in example.row] == wanted.tolist()
