"""Probabilities that mean what they say, and when to stay silent: fitted on questions set apart for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.settings import ReaderSettings
from bertkit.errors import InputError
from bertkit.qa import metrics
from bertkit.qa.candidates import COMPETING, Candidate, words_of
from bertkit.qa.datasets import KnownQuestion, tasks_of
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.reader import Options, Reader

_LOWEST_TEMPERATURE, _HIGHEST_TEMPERATURE = 0.05, 20.0
_TOLERANCE = 1e-3
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Observation:
    """What a reader found for one question, and what of it is right.

    Attributes:
        scores: [candidates] float64, best first.
        wordings: [candidates] int, which candidates say the same; numbered from the best on.
        right: [wordings] bool, whether a wording is an answer.
        answerable: whether the question has an answer.
        best_f1: F1 of the best candidate, 0 to 1.
    """

    scores: NDArray[np.float64]
    wordings: NDArray[np.int_]
    right: NDArray[np.bool_]
    answerable: bool
    best_f1: float

    @classmethod
    def of(cls, candidates: Sequence[Candidate], answers: Sequence[str]) -> Observation:
        """Compare a question's candidates, best first, with its answers; none means that it has no answer."""
        competing = candidates[:COMPETING]
        numbers: dict[str, int] = {}
        wordings = [numbers.setdefault(words_of(candidate), len(numbers)) for candidate in competing]
        right = np.zeros(len(numbers), np.bool_)
        for candidate, wording in zip(competing, wordings, strict=True):
            right[wording] |= bool(answers) and metrics.exact_match(candidate.text, answers) == 1
        return cls(
            scores=np.array([candidate.score for candidate in competing], np.float64),
            wordings=np.array(wordings, np.int_),
            right=right,
            answerable=bool(answers),
            best_f1=metrics.f1(competing[0].text if competing else "", answers),
        )


def observe(
    reader: Reader, questions: Sequence[KnownQuestion], progress: ProgressCallback | None = None
) -> list[Observation]:
    """Ask a reader questions whose answers are known, and keep what it found.

    Args:
        reader: its temperature and null threshold do not matter.
        questions: such as the model was not trained on.
        progress: called with the windows read and their number in all (an estimate at first).

    Raises:
        InputError: a question is too long for the model.
    """
    pools = reader.search([question.question for question in questions], tasks_of(questions), Options(), progress)
    return [Observation.of(pool.best, question.answers) for pool, question in zip(pools, questions, strict=True)]


class Observations:
    """Observations side by side, so that a setting is tried on all of them at once.

    Args:
        observations: at least one.
    """

    def __init__(self, observations: Sequence[Observation]) -> None:
        count = len(observations)
        width = max(1, *(len(observation.scores) for observation in observations))
        self._scores = np.full((count, width), -np.inf)
        self._wordings = np.zeros((count, width), np.int_)
        self._right = np.zeros((count, width), np.bool_)
        for row, observation in enumerate(observations):
            self._scores[row, : len(observation.scores)] = observation.scores
            self._wordings[row, : len(observation.wordings)] = observation.wordings
            self._right[row, : len(observation.right)] = observation.right
        self._wordings += np.arange(count)[:, None] * width

    def probabilities(self, settings: ReaderSettings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the probability of each wording, [observations, wordings], and that of "no answer", [observations]."""
        null = np.full((len(self._scores), 1), -settings.null_threshold)
        logits = np.concatenate([self._scores, null], axis=1) / settings.temperature
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        wordings = np.bincount(self._wordings.ravel(), shares[:, :-1].ravel(), self._scores.size)
        return wordings.astype(np.float64).reshape(self._scores.shape), shares[:, -1]

    def best_answers(self, settings: ReaderSettings) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the probability of each likeliest wording and whether it is right, both [observations]."""
        wordings, _ = self.probabilities(settings)
        rows, best = np.arange(len(wordings)), wordings.argmax(axis=1)
        return wordings[rows, best], self._right[rows, best]

    def loss(self, settings: ReaderSettings) -> float:
        """Return the negative log likelihood of the best answers being right or wrong, as they were."""
        probability, right = self.best_answers(settings)
        predicted = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
        return -float(np.log(np.where(right, predicted, 1 - predicted)).sum())


def with_null_threshold(settings: ReaderSettings, observations: Sequence[Observation]) -> ReaderSettings:
    """Return the settings with the null threshold that gives the best F1.

    Args:
        settings: of the model.
        observations: of questions that the model was not trained on, some with and some without an answer.

    Raises:
        InputError: all questions have an answer, or none has.
    """
    answerable = [observation.answerable for observation in observations]
    if all(answerable) or not any(answerable):
        raise InputError(
            f"A null threshold needs questions with and without an answer; got {sum(answerable)} with and "
            f"{len(answerable) - sum(answerable)} without."
        )
    seen = [observation for observation in observations if len(observation.scores) > 0]
    best = metrics.best_threshold(
        [observation.best_f1 for observation in seen],
        [-float(observation.scores[0]) for observation in seen],
        [observation.answerable for observation in seen],
    )
    return replace(settings, null_threshold=best.threshold)


def with_temperature(settings: ReaderSettings, observations: Sequence[Observation]) -> ReaderSettings:
    """Return the settings with the temperature under which the observations are likeliest.

    What is observed is whether the best answer is right. The likelihood of the right span, wherever it ranks, would be
    ruled by the few that rank far down, and make the best answer's probability too low. The null threshold is used as
    it is; fit that first.

    Args:
        settings: of the model.
        observations: of questions that the model was not trained on.

    Raises:
        InputError: there is no observation.
    """
    if not observations:
        raise InputError("A temperature needs at least one observation, got none.")

    stacked = Observations(observations)

    def loss(log_temperature: float) -> float:
        return stacked.loss(replace(settings, temperature=math.exp(log_temperature)))

    best = _golden_section(loss, math.log(_LOWEST_TEMPERATURE), math.log(_HIGHEST_TEMPERATURE))
    return replace(settings, temperature=math.exp(best))


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest between two ends."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    while high - low > _TOLERANCE:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers whose probability lies in one range.

    Attributes:
        probability: their mean probability.
        accuracy: the share of them that is right.
        count: how many they are.
    """

    probability: float
    accuracy: float
    count: int


def reliability(probabilities: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[ReliabilityBin]:
    """Group answers by probability, in ranges of equal width; empty ranges are left out.

    Args:
        probabilities: [answers], 0 to 1.
        right: [answers].
        bins: how many ranges.
    """
    predicted, happened = np.asarray(probabilities, np.float64), np.asarray(right, np.bool_)
    numbers = np.minimum((predicted * bins).astype(int), bins - 1)
    groups = [numbers == number for number in range(bins) if np.any(numbers == number)]
    return [
        ReliabilityBin(float(predicted[group].mean()), float(happened[group].mean()), int(group.sum()))
        for group in groups
    ]


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return by how much probability and accuracy differ on average, 0 to 1. Arguments as `reliability`."""
    groups = reliability(probabilities, right, bins)
    return sum(abs(group.probability - group.accuracy) * group.count for group in groups) / max(1, len(right))
