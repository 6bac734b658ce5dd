from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.qa import Document
from bertkit.qa.answers import Result
from bertkit.qa.candidates import COMPETING, Candidate, Pool, probabilities, to_result
from bertkit.qa.document import Span

TEXT = "The Normans came in 1066. In 1066 the Normans won; Normandy was theirs."
DOCUMENTS = (Document.from_text(TEXT, "b"), Document.from_text(TEXT, "a"), Document.from_text(TEXT[4:], "a"))

CANDIDATES = st.lists(
    st.builds(
        lambda score, document, start, length: Candidate(
            score, document, start, min(start + length, len(document.text))
        ),
        st.one_of(st.sampled_from([1.0, 2.0]), st.floats(-20, 20)),
        st.sampled_from(DOCUMENTS),
        st.integers(0, len(TEXT) - 6),
        st.integers(1, 12),
    ),
    max_size=60,
)


def find(words: str, score: float, document: Document = DOCUMENTS[0], after: int = 0) -> Candidate:
    start = document.text.index(words, after)
    return Candidate(score, document, start, start + len(words))


def result(
    candidates: list[Candidate], top_k: int = 5, temperature: float = 1.0, null_threshold: float = 0.0
) -> Result:
    pool = Pool(top_k)
    pool.add(candidates)
    return to_result("Who?", pool.best, top_k=top_k, temperature=temperature, null_threshold=null_threshold)


@given(CANDIDATES, st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_and_batches_do_not_change_a_pool(candidates: list[Candidate], random: object, batches: int) -> None:
    whole, parts = Pool(5), Pool(5)
    whole.add(candidates)
    shuffled = random.sample(candidates, len(candidates))  # type: ignore[attr-defined]
    for batch in range(batches):
        parts.add(shuffled[batch::batches])
    assert list(parts.best) == list(whole.best)
    places = [(candidate.document, candidate.start, candidate.end) for candidate in whole.best]
    assert len(set(places)) == len(places)


@given(CANDIDATES, st.integers(1, 4), st.floats(0.1, 10), st.floats(-5, 5))
def test_answers_hold_what_they_promise(
    candidates: list[Candidate], top_k: int, temperature: float, null_threshold: float
) -> None:
    found = result(candidates, top_k, temperature, null_threshold)
    assert len(found) <= top_k
    assert [answer.probability for answer in found] == sorted((answer.probability for answer in found), reverse=True)
    for answer in found:
        assert answer.text == answer.source.text[answer.start : answer.end]
        assert 0 <= answer.probability <= 1
    assert math.fsum(answer.probability for answer in found) + found.no_answer.probability <= 1 + 1e-9
    assert len({answer.text.lower() for answer in found}) == len(found)
    places = [(answer.source, answer.start, answer.end) for answer in found]
    for index, (document, start, end) in enumerate(places):
        for other_document, other_start, other_end in places[:index]:
            assert document != other_document or end <= other_start or other_end <= start


@given(CANDIDATES, st.integers(1, 30))
def test_probabilities_do_not_depend_on_how_many_answers_are_asked_for(candidates: list[Candidate], top_k: int) -> None:
    few, many = result(candidates, 1), result(candidates, top_k)
    assert few.no_answer == many.no_answer
    assert [few[0]] == [many[0]] if candidates else not many


@given(st.lists(st.floats(-1e3, 1e3), max_size=2 * COMPETING), st.floats(0.05, 20), st.floats(-10, 10))
def test_probabilities_sum_to_one_and_keep_the_order(scores: list[float], temperature: float, threshold: float) -> None:
    scores = sorted(scores, reverse=True)
    shares, null = probabilities(scores, temperature, threshold)
    assert math.fsum(shares[:COMPETING]) + null == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_the_threshold_is_where_the_best_span_and_no_answer_are_equally_likely() -> None:
    shares, null = probabilities([-3.0], 1.7, 3.0)
    assert shares == [pytest.approx(null)]


def test_a_span_that_overlaps_a_better_one_is_dropped() -> None:
    found = result([find("1066", 5), find("in 1066", 4), find("came in 1066. In", 3), find("Normandy", 1)])
    assert [answer.text for answer in found] == ["1066", "Normandy"]


def test_the_same_words_elsewhere_become_support_and_add_to_the_probability() -> None:
    first, second = find("The Normans", 3.0), find("Normans", 2.0, after=20)
    elsewhere = find("Normans", 2.5, DOCUMENTS[1])
    found = result([first, second, elsewhere, find("Normandy", 0.0)])
    assert [answer.text for answer in found] == ["The Normans", "Normandy"]
    assert [(place.document, place.start) for place in found[0].support] == [("a", 4), ("b", second.start)]
    total = math.exp(3) + math.exp(2) + math.exp(2.5) + math.exp(0) + math.exp(0)
    assert found[0].probability == pytest.approx((math.exp(3) + math.exp(2) + math.exp(2.5)) / total)
    assert found.no_answer.probability == pytest.approx(1 / total)


def test_an_answer_in_several_places_may_outrank_a_better_single_one() -> None:
    found = result([find("1066", 2.0), find("Normans", 1.8), find("Normans", 1.8, after=20)])
    assert [answer.text for answer in found] == ["Normans", "1066"]
    assert found.no_answer.score == -2.0


def test_words_that_normalize_to_nothing_are_told_apart() -> None:
    document = Document.from_text("the ; a")
    found = result([Candidate(2, document, 0, 3), Candidate(1, document, 4, 5), Candidate(0, document, 6, 7)])
    assert [answer.text for answer in found] == ["the", ";", "a"]


def test_page_and_heading_are_those_of_the_first_character() -> None:
    document = Document("one two three", "book", (Span(0, 3, "1"), Span(4, 13, "2")), (Span(4, 13, "Later"),))
    (answer,) = result([find("two", 1, document)])
    assert (answer.document, answer.page, answer.heading, answer.source) == ("book", 2, "Later", document)


@pytest.mark.parametrize(
    ("score", "threshold", "silent"), [(1, 0, False), (-1, 0, True), (-1, 2, False), (1, -2, True)]
)
def test_no_answer_wins_beyond_the_threshold(score: float, threshold: float, silent: bool) -> None:
    found = result([find("1066", score)], null_threshold=threshold)
    assert found.no_answer.score == -score
    assert (found.best is None) == silent
    assert (found.no_answer.probability > found[0].probability) == silent


def test_without_candidates_there_is_no_answer_for_certain() -> None:
    found = result([])
    assert (len(found), found.best, found.no_answer.score, found.no_answer.probability) == (0, None, 0.0, 1.0)


def test_a_result_is_a_sequence() -> None:
    found = result([find("1066", 5), find("Normandy", 1)])
    assert [answer.text for answer in reversed(found)] == ["Normandy", "1066"]
    assert found[-1] in found
    assert found[:1] == (found.best,)


def test_json_has_exactly_the_documented_fields() -> None:
    assert result([find("1066", 0.0)]).to_json() == {
        "question": "Who?",
        "answers": [
            {"text": "1066", "start": 20, "end": 24, "score": 0.0, "probability": 0.5, "document": "b", "page": None}
        ],
        "no_answer": {"score": 0.0, "probability": 0.5},
    }
