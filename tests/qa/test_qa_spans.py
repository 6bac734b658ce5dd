from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_fakes import PAIR

from bertkit.errors import ModelError
from bertkit.qa.encoding import Tokens
from bertkit.qa.spans import TokenSpan, best_spans
from bertkit.qa.windows import Frame, Window, cut

LENGTH, QUESTION_TOKENS = 20, 3
ROOM = LENGTH - QUESTION_TOKENS - PAIR.special_count
FIRST = QUESTION_TOKENS + 2


def windows_of(count: int, overlap: int, rng: np.random.Generator) -> list[Window]:
    numbers = np.arange(count, dtype=np.int32)
    opens = rng.random(count) < 0.7
    passage = Tokens(numbers, numbers, numbers + 1, opens, np.append(opens[1:], True))
    frame = Frame.for_question(np.arange(QUESTION_TOKENS, dtype=np.int32), PAIR, (LENGTH,), overlap)
    return list(cut([passage], frame))


def all_spans(
    start: np.ndarray, end: np.ndarray, windows: list[Window], longest: int
) -> list[dict[tuple[int, int], float]]:
    """Every allowed span of every window by the definition, with its score; each only where its context is best."""
    found: list[dict[tuple[int, int], float]] = [{} for _ in windows]
    context: dict[tuple[int, int], tuple[int, int]] = {}
    for index, window in enumerate(windows):
        size, offset = len(window.passage), int(window.passage.starts[0])
        for first in range(size):
            for last in range(first, min(size, first + longest)):
                if window.passage.opens[first] and window.passage.closes[last]:
                    span = (offset + first, offset + last)
                    score = start[index, FIRST + first] + end[index, FIRST + last] - (start[index, 0] + end[index, 0])
                    poorer_side = min(first, size - 1 - last)
                    if span not in context or poorer_side > context[span][0]:
                        if span in context:
                            del found[context[span][1]][span]
                        context[span] = (poorer_side, index)
                        found[index][span] = float(score)
    return found


@given(st.integers(1, 60), st.integers(0, ROOM - 1), st.integers(1, 8), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_spans_are_those_of_the_definition(count: int, overlap: int, longest: int, best: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    windows = windows_of(count, overlap, rng)
    start, end = (rng.normal(size=(len(windows), LENGTH)).astype(np.float32) for _ in range(2))
    expected = all_spans(start, end, windows, longest)
    found = best_spans(start, end, windows, max_answer_tokens=longest, count=best)
    for window, spans, wanted in zip(windows, found, expected, strict=True):
        offset = int(window.passage.starts[0])
        scores = {(offset + span.first, offset + span.last): span.score for span in spans}
        assert len(spans) == min(best, len(wanted))
        assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
        for place, score in scores.items():
            assert score == pytest.approx(wanted[place], abs=1e-5)
        assert (
            min(scores.values(), default=np.inf)
            >= max((score for place, score in wanted.items() if place not in scores), default=-np.inf) - 1e-5
        )


def test_ties_follow_the_text_and_do_not_depend_on_the_batch() -> None:
    (window,) = windows_of(ROOM, 0, np.random.default_rng(0))
    (short,) = windows_of(4, 0, np.random.default_rng(1))
    flat = np.zeros((2, LENGTH), np.float32)
    together = best_spans(flat, flat, [window, short], max_answer_tokens=5, count=3)
    alone = [best_spans(flat[:1], flat[:1], [one], max_answer_tokens=5, count=3)[0] for one in (window, short)]
    assert together == alone
    firsts = np.flatnonzero(window.passage.opens).tolist()
    assert [span.first for span in together[0]] == sorted(span.first for span in together[0])
    assert together[0][0].first == firsts[0]


def test_a_lead_in_the_question_or_the_padding_is_not_seen() -> None:
    windows = windows_of(4, 0, np.random.default_rng(0))
    logits = np.zeros((1, LENGTH), np.float32)
    logits[0, 1:FIRST] = logits[0, FIRST + 4 :] = 50
    found = best_spans(logits, logits, windows, max_answer_tokens=30, count=100)
    assert {span.score for span in found[0]} == {0.0}


def test_the_score_is_the_lead_over_the_null_position() -> None:
    windows = windows_of(1, 0, np.random.default_rng(1))
    windows[0].passage.opens[:] = True
    start, end = np.zeros((2, 1, LENGTH), np.float32)
    start[0, 0], end[0, 0], start[0, FIRST], end[0, FIRST] = 1, 2, 10, 20
    assert best_spans(start, end, windows, max_answer_tokens=30, count=5) == [[TokenSpan(27.0, 0, 0)]]


@pytest.mark.parametrize("where", [0, FIRST + 1])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_logits_that_are_not_finite_are_refused(where: int, value: float) -> None:
    windows = windows_of(4, 0, np.random.default_rng(0))
    logits = np.zeros((1, LENGTH), np.float16)
    logits[0, where] = value
    with pytest.raises(ModelError, match=r"not finite in a row of 20 tokens\. .* precision=\"float32\""):
        best_spans(logits, np.zeros_like(logits), windows, max_answer_tokens=30, count=5)


def test_padding_may_hold_anything() -> None:
    windows = windows_of(4, 0, np.random.default_rng(0))
    logits = np.zeros((1, LENGTH), np.float32)
    logits[0, FIRST + 4 + 1 :] = np.nan
    assert best_spans(logits, logits, windows, max_answer_tokens=30, count=5)[0]
