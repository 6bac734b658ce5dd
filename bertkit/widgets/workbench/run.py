"""One question through one model: everything that the panes show, from one trace."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bertkit.insight import Example, Subject, apply_lens, score_spans, trace_layers
from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores
from bertkit.insight.trace import Trace
from bertkit.qa import Document
from bertkit.qa.answers import Result

Report = Callable[[int, int, str], None]

ANSWERS = 5


@dataclass(frozen=True, eq=False)
class Run:
    """What one question has come to.

    Attributes:
        subject: the model.
        question: as it was asked.
        result: what the reader answers, over the whole document.
        trace: the window where the answer has the most context, layer by layer.
        scores: start and end scores of that window, from the reader's own engine.
        lens: what the span head reads in every hidden state.
        answer_seconds: what the reader took.
        look_seconds: what looking inside took.
    """

    subject: Subject = field(repr=False)
    question: str
    result: Result = field(repr=False)
    trace: Trace = field(repr=False)
    scores: SpanScores = field(repr=False)
    lens: Lens = field(repr=False)
    answer_seconds: float
    look_seconds: float

    @property
    def example(self) -> Example:
        """The question and the window that is looked into."""
        return self.trace.example


def run_question(
    subject: Subject, document: Document, question: str, report: Report, clock: Callable[[], float] = time.perf_counter
) -> Run:
    """Ask, and look inside while the answer is found.

    Args:
        subject: the model.
        document: what is asked.
        question: in words.
        report: called with what is done, the whole, and what is being done; what it raises ends the work.
        clock: seconds, rising.

    Raises:
        InputError: the question is empty or too long, or the document has no words.
        UnsupportedError: bertkit did not write the file.
    """
    started = clock()
    result = subject.reader.ask(
        question, document, ANSWERS, progress=lambda done, total: report(done, total, "reading windows of the document")
    )
    answered = clock()
    report(0, 0, "preparing to look inside")
    example = _example(subject, document, question, result)
    trace = trace_layers(
        subject,
        example,
        lambda done, total: report(done, total, "following the layers"),
        keep=subject.anatomy.hidden,
    )
    lens = apply_lens(subject, example, hidden=trace.kept)
    scores = score_spans(subject, example)
    return Run(subject, question, result, trace, scores, lens, answered - started, clock() - answered)


def _example(subject: Subject, document: Document, question: str, result: Result) -> Example:
    """Choose the window of the best answer, or where there is none the first."""
    if len(result):
        return subject.example(question, document, answer=result[0])
    return subject.example(question, document, window=0)
