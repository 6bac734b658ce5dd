"""Golden values are what SQuAD's evaluate-v2.0.py (revision of 2018) printed for the same predictions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bertkit.qa.metrics import best_threshold, exact_match, f1, normalize

# prediction, answer, exact match, F1
GOLDEN = [
    ("Normans", "the Normans", 1, 1.0),
    ("1066", "in 1066, at Hastings", 0, 0.4),
    ("emile zolas", "Émile  Zola's", 0, 0.5),
    ("US", "U.S.", 1, 1.0),
    ("", "a an the", 1, 1.0),
    ("Norman", "", 0, 0.0),
    ("", "", 1, 1.0),
    ("Apollo 11", "Apollo 11 and Apollo 12", 0, 0.5714285714285715),
    ("cat", "the the cat cat", 0, 0.6666666666666666),
    ("twenty-one", "twenty\u2013one", 0, 0.0),
    ("550", "$5.50", 1, 1.0),
    ("state of the art", "state-of-the-art", 0, 0.0),
    ("ory", "theory", 0, 0.0),
    ("10th and 11th centuries", "10th  and\t11th century", 0, 0.75),
    ("Milne", "A. A. Milne", 1, 1.0),
]
# prediction, answers, no-answer score
ROWS = [
    ("1973", ["1973", "in 1973"], -4.0),
    ("the oil embargo", ["oil embargo"], -2.5),
    ("nearly $12", ["$12", "nearly $12 globally"], -1.0),
    ("Richard Nixon", [], -0.5),
    ("March 1974", ["1974"], 0.25),
    ("Egypt and Syria", [], 1.5),
    ("OAPEC", ["OPEC"], 2.0),
    ("gasoline", [], 6.0),
]
WORDS = st.lists(st.sampled_from(["the", "a", "Cat", "dog,", "U.S.", "1973", "-", "émile's"]), max_size=5).map(" ".join)


@pytest.mark.parametrize(("prediction", "answer", "exact", "overlap"), GOLDEN)
def test_golden_values(prediction: str, answer: str, exact: float, overlap: float) -> None:
    assert exact_match(prediction, [answer]) == exact
    assert f1(prediction, [answer]) == pytest.approx(overlap, abs=1e-12)


def test_golden_means() -> None:
    exact = [exact_match(prediction, answers) for prediction, answers, _ in ROWS]
    overlap = [f1(prediction, answers) for prediction, answers, _ in ROWS]
    assert sum(exact) / len(ROWS) == pytest.approx(0.25)
    assert sum(overlap) / len(ROWS) == pytest.approx(0.4333333333333333)


@pytest.mark.parametrize(("metric", "value", "threshold"), [(exact_match, 0.625, -2.5), (f1, 0.725, -1.0)])
def test_golden_sweep(metric: object, value: float, threshold: float) -> None:
    values = [metric(prediction, answers) for prediction, answers, _ in ROWS]  # type: ignore[operator]
    best = best_threshold(values, [score for *_, score in ROWS], [bool(answers) for _, answers, _ in ROWS])
    assert (best.value, best.threshold) == (pytest.approx(value), threshold)


def test_a_sweep_may_find_silence_best() -> None:
    assert best_threshold([0.0, 0.0], [1.0, 2.0], [False, False]).value == 1.0


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3), st.integers(-3, 3)), min_size=1, max_size=12))
def test_a_sweep_is_the_best_of_all_thresholds(rows: list[tuple[str, list[str], int]]) -> None:
    values = [f1(prediction, answers) for prediction, answers, _ in rows]
    answerable = [any(normalize(answer) for answer in answers) for _, answers, _ in rows]
    scores = [float(score) for *_, score in rows]
    best = best_threshold(values, scores, answerable)
    tried = [-10.0, *scores]
    means = [
        sum(
            value if score <= threshold else float(not has)
            for value, score, has in zip(values, scores, answerable, strict=True)
        )
        / len(rows)
        for threshold in tried
    ]
    # Between equal scores no threshold can be put, so the sweep may claim a little more than any threshold gives.
    assert best.value >= max(means) - 1e-9
    if len(set(scores)) == len(scores):
        assert best.value == pytest.approx(max(means))


@pytest.mark.slow
@given(WORDS, st.lists(WORDS.filter(normalize), min_size=1, max_size=3))
def test_torchmetrics_agrees(prediction: str, answers: list[str]) -> None:
    from torchmetrics.functional.text import squad

    target = {"answers": {"answer_start": [0] * len(answers), "text": answers}, "id": "1"}
    theirs = squad([{"prediction_text": prediction, "id": "1"}], [target])
    assert 100 * exact_match(prediction, answers) == pytest.approx(float(theirs["exact_match"]))
    assert 100 * f1(prediction, answers) == pytest.approx(float(theirs["f1"]), rel=1e-5)


@given(st.text())
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
