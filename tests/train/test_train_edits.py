"""Questions changed so that nothing answers them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.train.edits import edited
from bertkit.train.negatives import changed
from bertkit.train.sources import Example

CONTEXT = "In 1851 John Smith met Mary Jones in Paris. Later, Mary wrote 12 letters to Anna Karlsson of Uppsala."


def variants(question: str, *answers: str) -> set[str | None]:
    return {edited(question, CONTEXT, answers, np.random.default_rng(seed)) for seed in range(60)}


def test_names_are_exchanged_for_names_of_the_paragraph_that_are_not_the_answer() -> None:
    found = variants("Whom did Mary Jones meet?", "John Smith")
    assert "Whom did Anna Karlsson of Uppsala meet?" in found
    assert "Whom did Paris meet?" in found
    assert not any("John Smith" in str(question) for question in found)
    assert not any("Later" in str(question) for question in found)  # written large as the first word of a sentence


def test_numbers_are_exchanged_for_numbers_as_long() -> None:
    context = f"{CONTEXT} In 1860 they parted."
    found = {edited("who met in 1851?", context, (), np.random.default_rng(seed)) for seed in range(20)}
    assert found == {"who met in 1860?"}


def test_words_become_their_opposites() -> None:
    assert variants("who wrote the first letter?") == {"who wrote the last letter?"}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("what was it called?", {"what was not it called?", "what wasn't it called?"}),
        ("what can swim?", {"what can not swim?"}),
        ("who didn't go?", {"who did go?"}),
        ("who is never there", {"who is there"}),
    ],
)
def test_what_offers_nothing_else_is_negated(question: str, wanted: set[str]) -> None:
    found = {edited(question, "", (), np.random.default_rng(seed)) for seed in range(30)}
    assert found <= wanted
    assert found & wanted


def test_a_question_without_anything_to_change_is_left_alone() -> None:
    assert variants("how come?") == {None}


@given(st.text(max_size=60), st.text(max_size=120), st.integers(0, 5))
def test_a_changed_question_is_another_question(question: str, context: str, seed: int) -> None:
    found = edited(question, context, (), np.random.default_rng(seed))
    assert found != question


def test_changed_questions_keep_their_paragraph_and_have_no_answer() -> None:
    known = [Example("Whom did Mary Jones meet?", CONTEXT, ((11, 21),), "Letters"), Example("How come?", CONTEXT, ())]
    made = list(changed(known, 5, np.random.default_rng(0)))
    assert len(made) == 5
    assert all(example.context == CONTEXT and not example.spans and example.title == "Letters" for example in made)
    assert all(example.question != known[0].question for example in made)
    assert list(changed(known[1:], 5, np.random.default_rng(0))) == []
