"""Exact match and F1 as SQuAD defines them, v1.1 and v2.0."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize(text: str) -> str:
    """Return a text as answers are compared: in lower case, without punctuation and articles, with single spaces."""
    words = _ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION))
    return " ".join(words.split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """Return 1.0 if the prediction equals an answer after `normalize`, else 0.0.

    Args:
        prediction: empty for "no answer".
        answers: the right ones; none where the question has no answer.
    """
    return max(float(normalize(prediction) == normalize(answer)) for answer in _or_nothing(answers))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """Return the best overlap in words, 0 to 1, with an answer. Arguments as `exact_match`."""
    return max(_word_f1(normalize(prediction).split(), normalize(answer).split()) for answer in _or_nothing(answers))


def _or_nothing(answers: Sequence[str]) -> Sequence[str]:
    """Return the answers that have words; as SQuAD has it, the empty answer where there are none."""
    return [answer for answer in answers if normalize(answer)] or [""]


def _word_f1(predicted: list[str], right: list[str]) -> float:
    if not predicted or not right:
        return float(predicted == right)
    shared = sum((Counter(predicted) & Counter(right)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(right)
    return 2 * precision * recall / (precision + recall)


@dataclass(frozen=True)
class BestThreshold:
    """What moving the no-answer threshold could reach at best.

    Attributes:
        value: mean of the metric over all questions, 0 to 1.
        threshold: the largest no-answer score at which the question is still answered.
    """

    value: float
    threshold: float


def best_threshold(
    values: Sequence[float], no_answer_scores: Sequence[float], answerable: Sequence[bool]
) -> BestThreshold:
    """Sweep the no-answer threshold over all questions, as SQuAD v2.0's script does.

    Args:
        values: [questions], the metric of each question's best span.
        no_answer_scores: [questions], higher means rather no answer.
        answerable: [questions], whether the question has an answer.
    """
    order = np.argsort(np.asarray(no_answer_scores, np.float64), kind="stable")
    has_answer = np.asarray(answerable, np.bool_)[order]
    # Silence is worth a point where there is no answer; giving an answer trades that for the answer's metric.
    gains = np.asarray(values, np.float64)[order] - ~has_answer
    totals = np.concatenate([[0.0], np.cumsum(gains)]) + np.count_nonzero(~has_answer)
    best = int(np.argmax(totals))
    scores = np.asarray(no_answer_scores, np.float64)[order]
    threshold = 0.0 if best == 0 else float(scores[best - 1])
    return BestThreshold(float(totals[best]) / len(values), threshold)
