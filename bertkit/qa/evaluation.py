"""A set of questions through a reader: how often it is right, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.qa import metrics
from bertkit.qa.answers import Result
from bertkit.qa.calibrate import expected_calibration_error
from bertkit.qa.datasets import KnownQuestion, read_questions, tasks_of
from bertkit.qa.document import Document
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.reader import Options, Reader

_BLOCK_QUESTIONS = 256
_TIMED_QUESTIONS = 100


@dataclass(frozen=True)
class Unanswerable:
    """What SQuAD v2.0 reports besides, where some questions have no answer. Metrics in percent.

    Attributes:
        has_answer_exact_match: over the questions that have an answer; None where none has.
        has_answer_f1: likewise.
        no_answer_accuracy: over the questions that have none: how often the reader stays silent.
        best_exact_match: what the best threshold for this set would reach. Not a result: it is chosen with the answers.
        best_exact_match_threshold: that threshold.
        best_f1: as `best_exact_match`.
        best_f1_threshold: that threshold.
    """

    has_answer_exact_match: float | None
    has_answer_f1: float | None
    no_answer_accuracy: float
    best_exact_match: float
    best_exact_match_threshold: float
    best_f1: float
    best_f1_threshold: float


@dataclass(frozen=True)
class Evaluation:
    """How a reader did.

    Attributes:
        exact_match: percent, 0 to 100.
        f1: percent, 0 to 100.
        count: questions.
        calibration_error: expected calibration error of the best answer's probability, 0 to 1.
        latency_p50_ms: median time of a question asked alone, over questions spread evenly over the set.
        latency_p95_ms: the 95th percentile.
        windows_per_second: over the whole set, questions in shared batches.
        unanswerable: where the set has such questions; then the reader's null threshold decides when it stays silent.
    """

    exact_match: float
    f1: float
    count: int
    calibration_error: float
    latency_p50_ms: float
    latency_p95_ms: float
    windows_per_second: float
    unanswerable: Unanswerable | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as plain values, the object that `bertkit evaluate --json` prints."""
        values = {
            "exact_match": self.exact_match,
            "f1": self.f1,
            "count": self.count,
            "latency_ms": {"p50": self.latency_p50_ms, "p95": self.latency_p95_ms},
            "windows_per_second": self.windows_per_second,
            "calibration_error": self.calibration_error,
        }
        return values if self.unanswerable is None else {**values, **asdict(self.unanswerable)}

    def summary(self) -> str:
        """Return the figures as lines of text."""
        lines = [
            f"questions            {self.count}",
            f"exact match          {self.exact_match:.2f}",
            f"F1                   {self.f1:.2f}",
            f"calibration error    {self.calibration_error:.3f}",
            f"latency, median      {self.latency_p50_ms:.1f} ms a question",
            f"latency, 95th perc.  {self.latency_p95_ms:.1f} ms a question",
            f"throughput           {self.windows_per_second:.1f} windows a second",
        ]
        if self.unanswerable is not None:
            lines += [
                f"silent when right    {self.unanswerable.no_answer_accuracy:.2f}",
                f"best F1 possible     {self.unanswerable.best_f1:.2f} at null threshold "
                f"{self.unanswerable.best_f1_threshold:.2f}",
            ]
        return "\n".join(lines)


def evaluate(
    data: str | Path,
    reader: Reader,
    limit: int | None = None,
    progress: ProgressCallback | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Evaluation:
    """Ask a reader all questions of a set and compare with the known answers, as SQuAD does.

    Where every question has an answer the best answer counts (v1.1); where some have none, "no answer" may win (v2.0).

    Args:
        data: see `bertkit.qa.datasets.read_questions`.
        reader: what to measure.
        limit: only the first so many questions.
        progress: called with the windows read and their number in all (an estimate at first).
        clock: a clock in seconds.

    Raises:
        FileError: the set cannot be read.
        InputError: a row is malformed, or a question too long for the model.
    """
    questions = read_questions(data, limit)
    results, windows_per_second = _read_all(questions, reader, progress, clock)
    latencies_ms = _time_alone(questions, reader, clock)
    some_without = any(not question.answers for question in questions)
    given = [_given(result, silence=some_without) for result in results]
    pairs = list(zip(given, (question.answers for question in questions), strict=True))
    exact = [metrics.exact_match(text, answers) for text, answers in pairs]
    return Evaluation(
        exact_match=_percent(exact),
        f1=_percent([metrics.f1(text, answers) for text, answers in pairs]),
        count=len(questions),
        calibration_error=_calibration_error(questions, results),
        latency_p50_ms=float(np.percentile(latencies_ms, 50)),
        latency_p95_ms=float(np.percentile(latencies_ms, 95)),
        windows_per_second=windows_per_second,
        unanswerable=_unanswerable(questions, results, exact) if some_without else None,
    )


def _read_all(
    questions: Sequence[KnownQuestion], reader: Reader, progress: ProgressCallback | None, clock: Callable[[], float]
) -> tuple[list[Result], float]:
    """Return all results and the windows read a second. Blocks bound how many candidates are held."""
    results: list[Result] = []
    windows = 0
    started = clock()
    for first in range(0, len(questions), _BLOCK_QUESTIONS):
        block = questions[first : first + _BLOCK_QUESTIONS]
        block_windows = 0

        def report(done: int, total: int, before: int = windows, read: int = first, size: int = len(block)) -> None:
            nonlocal block_windows
            block_windows = done
            if progress is not None:
                progress(before + done, round((before + total) * len(questions) / (read + size)))

        asked = [question.question for question in block]
        results += reader.read(asked, tasks_of(block), Options(top_k=1), report)
        windows += block_windows
    return results, windows / (clock() - started)


def _time_alone(questions: Sequence[KnownQuestion], reader: Reader, clock: Callable[[], float]) -> list[float]:
    """Return the milliseconds that questions take one by one."""
    count = min(_TIMED_QUESTIONS, len(questions))
    milliseconds = []
    for index in np.linspace(0, len(questions) - 1, count).astype(int):
        question = questions[index]
        # The name sets the document apart from the one read before, whose tokens are known already.
        document = Document.from_text(question.context, source=question.place)
        started = clock()
        reader.ask(question.question, document, top_k=1)
        milliseconds.append((clock() - started) * 1000)
    return milliseconds


def _given(result: Result, *, silence: bool) -> str:
    """Return what the reader says; empty for silence, which counts only where some questions have no answer."""
    answer = result.best if silence else next(iter(result), None)
    return "" if answer is None else answer.text


def _calibration_error(questions: Sequence[KnownQuestion], results: Sequence[Result]) -> float:
    listed = [(result[0], question) for result, question in zip(results, questions, strict=True) if len(result) > 0]
    right = [
        bool(question.answers) and metrics.exact_match(best.text, question.answers) == 1 for best, question in listed
    ]
    return expected_calibration_error([best.probability for best, _ in listed], right)


def _unanswerable(
    questions: Sequence[KnownQuestion], results: Sequence[Result], exact: Sequence[float]
) -> Unanswerable:
    answerable = [bool(question.answers) for question in questions]
    leads = [result.no_answer.score for result in results]
    spoken = [_given(result, silence=False) for result in results]
    given = [_given(result, silence=True) for result in results]
    known = [question.answers for question in questions]
    best_exact = metrics.best_threshold(list(map(metrics.exact_match, spoken, known)), leads, answerable)
    best_f1 = metrics.best_threshold(list(map(metrics.f1, spoken, known)), leads, answerable)
    with_answer = [index for index, has in enumerate(answerable) if has]
    return Unanswerable(
        has_answer_exact_match=_percent([exact[index] for index in with_answer]) if with_answer else None,
        has_answer_f1=_percent([metrics.f1(given[i], known[i]) for i in with_answer]) if with_answer else None,
        no_answer_accuracy=_percent([value for value, has in zip(exact, answerable, strict=True) if not has]),
        best_exact_match=100 * best_exact.value,
        best_exact_match_threshold=best_exact.threshold,
        best_f1=100 * best_f1.value,
        best_f1_threshold=best_f1.threshold,
    )


def _percent(values: Sequence[float]) -> float:
    return 100 * float(np.mean(values))
