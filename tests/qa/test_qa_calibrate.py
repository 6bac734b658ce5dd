from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_fakes import PAIR

from bertkit.bert.settings import ReaderSettings
from bertkit.errors import InputError
from bertkit.qa import Document, Reader
from bertkit.qa.calibrate import (
    Observation,
    Observations,
    expected_calibration_error,
    observe,
    reliability,
    with_null_threshold,
    with_temperature,
)
from bertkit.qa.candidates import Candidate, to_result
from bertkit.qa.datasets import KnownQuestion

SETTINGS = ReaderSettings("bert", (64,), 1, ("input_ids",), PAIR)
DOCUMENT = Document.from_text(" ".join(f"word{index}" for index in range(50)))


def candidate(word: int, score: float) -> Candidate:
    start = DOCUMENT.text.index(f"word{word}")
    return Candidate(score, DOCUMENT, start, start + len(f"word{word}"))


def drawn(temperature: float, count: int, null_threshold: float = 0.0) -> list[Observation]:
    """Questions whose answer, or that there is none, is drawn with the probabilities of a known temperature."""
    rng = np.random.default_rng(7)
    observations = []
    for _ in range(count):
        scores = np.sort(rng.normal(0, 6, 8))[::-1]
        logits = np.append(scores, -null_threshold) / temperature
        shares = np.exp(logits - logits.max())
        answer = int(rng.choice(9, p=shares / shares.sum()))
        candidates = [candidate(word, float(score)) for word, score in enumerate(scores)]
        observations.append(Observation.of(candidates, [f"word{answer}"] if answer < 8 else []))
    return observations


@pytest.mark.parametrize(
    ("temperature", "null_threshold"),
    [
        (0.5, 2.0),
        (3.0, 0.0),
        *(pytest.param(*values, marks=pytest.mark.slow) for values in ((0.5, 0.0), (1.0, 0.0), (1.0, 2.0), (3.0, 2.0))),
    ],
)
def test_a_known_temperature_is_found(temperature: float, null_threshold: float) -> None:
    settings = replace(SETTINGS, null_threshold=null_threshold)
    fitted = with_temperature(settings, drawn(temperature, 3000, null_threshold))
    assert fitted.temperature == pytest.approx(temperature, rel=0.1)
    assert replace(fitted, temperature=1.0) == settings


def test_the_temperature_makes_probabilities_true() -> None:
    observations = drawn(3.0, 3000)

    def error(settings: ReaderSettings) -> float:
        probability, right = Observations(observations).best_answers(settings)
        return expected_calibration_error(probability.tolist(), right.tolist())

    assert error(SETTINGS) > 0.1
    assert error(with_temperature(SETTINGS, observations)) < 0.04


def test_questions_whose_answer_was_not_found_raise_the_temperature() -> None:
    observations = drawn(1.0, 500)
    missed = [Observation.of([candidate(0, 8.0), candidate(1, 2.0)], ["elsewhere"]) for _ in range(100)]
    assert (
        with_temperature(SETTINGS, observations + missed).temperature
        > with_temperature(SETTINGS, observations).temperature
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-10, 10)), min_size=1, max_size=12), st.floats(0.2, 5))
def test_observed_probabilities_are_those_that_a_result_shows(
    spans: list[tuple[int, float]], temperature: float
) -> None:
    candidates = sorted((candidate(word, score) for word, score in dict(spans).items()), key=lambda span: span.rank)
    settings = replace(SETTINGS, temperature=temperature, null_threshold=1.0)
    shown = to_result("Q", candidates, top_k=50, temperature=temperature, null_threshold=1.0)
    other = Observation.of([candidate(3, 1.0)] * 13, [])
    wordings, null = Observations([other, Observation.of(candidates, [])]).probabilities(settings)
    assert wordings[1, : len(shown)].tolist() == pytest.approx([answer.probability for answer in shown])
    assert wordings[1, len(shown) :].sum() == 0
    assert null[1] == pytest.approx(shown.no_answer.probability)


def test_a_reader_is_observed(reader: Reader) -> None:
    known = [
        KnownQuestion("line 1", DOCUMENT.text, "word7", ("word7",)),
        KnownQuestion("line 2", DOCUMENT.text, "word8", ("word9",)),
        KnownQuestion("line 3", "a lamp", "lamp oil", ()),
    ]
    first, second, third = observe(reader, known)
    assert (first.right[first.wordings[0]], first.best_f1, first.answerable) == (True, 1.0, True)
    assert (second.right[second.wordings[0]], second.best_f1, second.right.any()) == (False, 0.0, True)
    assert not third.answerable
    assert first.scores[0] == reader.ask("word7", DOCUMENT)[0].score


def test_an_observation_knows_what_is_right() -> None:
    observation = Observation.of([candidate(3, 2.0), candidate(4, 1.0)], ["The WORD4!", "none"])
    assert observation.right.tolist() == [False, True]
    assert (observation.answerable, observation.best_f1) == (True, 0.0)
    assert not Observation.of([candidate(3, 2.0)], []).right.any()
    nothing = Observations([Observation.of([], []), observation]).probabilities(SETTINGS)
    assert (nothing[0][0].sum(), nothing[1][0]) == (0.0, 1.0)


def test_the_null_threshold_separates_as_well_as_can_be() -> None:
    answered = [Observation.of([candidate(1, score)], ["word1"]) for score in (9.0, 4.0, 1.0)]
    silent = [Observation.of([candidate(1, score)], []) for score in (-1.0, 0.5)]
    # "No answer" leads by -1 at most where there is one, and by -0.5 at least where there is none.
    assert with_null_threshold(SETTINGS, answered + silent).null_threshold == -1.0


@pytest.mark.parametrize("answers", [["word1"], []])
def test_a_null_threshold_needs_both_kinds(answers: list[str]) -> None:
    observations = [Observation.of([candidate(1, 1.0)], answers)] * 3
    with pytest.raises(InputError, match=r"needs questions with and without an answer; got [03] with and [03] without"):
        with_null_threshold(SETTINGS, observations)


def test_a_temperature_needs_observations() -> None:
    with pytest.raises(InputError, match="at least one observation"):
        with_temperature(SETTINGS, [])


def test_reliability_groups_by_probability() -> None:
    groups = reliability([0.05, 0.95, 0.9, 1.0], [False, True, True, False])
    assert [(group.count, group.accuracy) for group in groups] == [(1, 0.0), (3, pytest.approx(2 / 3))]
    expected = (abs(0.05 - 0) + 3 * abs(2.85 / 3 - 2 / 3)) / 4
    assert expected_calibration_error([0.05, 0.95, 0.9, 1.0], [False, True, True, False]) == pytest.approx(expected)
    assert expected_calibration_error([], []) == 0
    assert math.isclose(sum(group.count for group in groups), 4)
