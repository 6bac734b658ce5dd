from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_fakes import PAIR

from bertkit.bert.settings import PairTemplate
from bertkit.errors import InputError
from bertkit.qa.encoding import Tokens
from bertkit.qa.windows import INPUTS, Frame, Window, cut, rows

LENGTHS = (16, 24, 40)


def tokens(count: int) -> Tokens:
    numbers = np.arange(count, dtype=np.int32)
    return Tokens(numbers + 100, numbers * 2, numbers * 2 + 1, np.ones(count, np.bool_), np.ones(count, np.bool_))


def frame(question_tokens: int, overlap: int | None, lengths: tuple[int, ...] = LENGTHS) -> Frame:
    return Frame.for_question(np.arange(50, 50 + question_tokens, dtype=np.int32), PAIR, lengths, overlap)


def in_pieces(whole: Tokens, sizes: list[int]) -> list[Tokens]:
    ends = np.cumsum(sizes).tolist()
    return [whole.slice(start, end) for start, end in zip([0, *ends], [*ends, len(whole)], strict=True)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, Frame, list[int]]:
    count = draw(st.integers(0, 300))
    question_tokens = draw(st.integers(1, 18))
    room = LENGTHS[-1] - PAIR.special_count - question_tokens
    overlap = draw(st.one_of(st.sampled_from([0, room - 1]), st.integers(0, room - 1)))
    return count, frame(question_tokens, overlap), draw(st.lists(st.integers(0, 60), max_size=5))


@given(cases())
def test_windows_cover_every_token_and_fit_their_rows(case: tuple[int, Frame, list[int]]) -> None:
    count, shape, sizes = case
    windows = list(cut(in_pieces(tokens(count), sizes), shape))
    assert sorted({int(token) - 100 for window in windows for token in window.passage.ids}) == list(range(count))
    for window in windows:
        assert window.length in LENGTHS
        assert shape.passage_start + len(window.passage) + 1 <= window.length
        shorter = [length for length in LENGTHS if length < window.length]
        assert all(shape.passage_start + len(window.passage) + 1 > length for length in shorter)


@given(cases())
def test_the_number_of_windows_and_their_overlap_are_as_promised(case: tuple[int, Frame, list[int]]) -> None:
    count, shape, sizes = case
    windows = list(cut(in_pieces(tokens(count), sizes), shape))
    beyond = max(0, count - shape.room)
    assert len(windows) == (0 if count == 0 else 1 + math.ceil(beyond / (shape.room - shape.overlap)))
    assert [window.before for window in windows[1:]] == [window.after for window in windows[:-1]]
    if windows:
        assert (windows[0].before, windows[-1].after) == (0, 0)
    for left, right in pairwise(windows):
        shared = set(left.passage.ids.tolist()) & set(right.passage.ids.tolist())
        assert len(shared) == left.after
        assert left.after >= shape.overlap
        assert len(left.passage) == len(right.passage) == shape.room


@given(cases())
def test_windows_do_not_depend_on_the_pieces(case: tuple[int, Frame, list[int]]) -> None:
    count, shape, sizes = case
    whole, parts = (list(cut(pieces, shape)) for pieces in ([tokens(count)], in_pieces(tokens(count), sizes)))
    assert [described(window) for window in parts] == [described(window) for window in whole]


def described(window: Window) -> tuple[object, ...]:
    return (window.passage.ids.tolist(), window.passage.starts.tolist(), window.before, window.after)


def test_rows_follow_the_pair_template() -> None:
    pair = PairTemplate((1, 2), (3,), (4, 5), pad_id=9, question_type=7, passage_type=8)
    shape = Frame.for_question(np.array([50, 51], np.int32), pair, (16,), 0)
    (window,) = cut([tokens(3)], shape)
    made = rows([window], INPUTS)
    assert made["input_ids"].tolist() == [[1, 2, 50, 51, 3, 100, 101, 102, 4, 5, 9, 9, 9, 9, 9, 9]]
    assert made["attention_mask"].tolist() == [[1] * 10 + [0] * 6]
    assert made["token_type_ids"].tolist() == [[7] * 5 + [8] * 5 + [0] * 6]
    assert {array.dtype for array in made.values()} == {np.dtype(np.int32)}


def test_rows_hold_only_what_the_model_takes() -> None:
    windows = list(cut([tokens(5)], frame(2, 0)))
    assert list(rows(windows, ["attention_mask", "input_ids"])) == ["attention_mask", "input_ids"]


def test_a_question_may_fill_half_of_the_longest_row_and_no_more() -> None:
    frame(18, None)
    message = r"The question has 19 tokens; this model reads at most 18 beside a passage \(rows of 40\)\. Ask a shorter"
    with pytest.raises(InputError, match=message):
        frame(19, None)


@pytest.mark.parametrize("overlap", [-1, 32, 500])
def test_an_overlap_without_room_for_new_tokens_is_refused(overlap: int) -> None:
    with pytest.raises(InputError, match=rf"overlap_tokens must be from 0 to 31 .* room for 32 .*; got {overlap}"):
        frame(5, overlap)


@pytest.mark.parametrize(("length", "overlap"), [(40, 16), (512, 128)])
def test_the_default_overlap_shrinks_with_the_row(length: int, overlap: int) -> None:
    assert frame(5, None, (length,)).overlap == overlap
