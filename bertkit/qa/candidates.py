"""The spans that may answer a question, gathered over all windows and documents, and how they become a result."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bertkit.qa.answers import Answer, NoAnswer, Result
from bertkit.qa.document import Document
from bertkit.qa.metrics import normalize

# How many spans share the probability. It does not depend on how many answers are asked for, nor do probabilities.
COMPETING = 100
# So many spans are kept for each answer asked for, since most spans overlap a better one.
_KEPT_PER_ANSWER = 20


@dataclass(frozen=True)
class Candidate:
    """A span of a document's characters that may be the answer.

    Attributes:
        score: logits by which it leads the null position of its window.
        document: where it stands.
        start: offset of its first character.
        end: offset after its last character.
    """

    score: float
    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.document.text[self.start : self.end]

    @property
    def rank(self) -> tuple[float, str, int, int, str]:
        """What candidates are sorted by: the score; ties in an order that no order of documents changes."""
        return (-self.score, self.document.source, self.start, self.end, self.text)


class Pool:
    """The best candidates of one question, bounded in number.

    Args:
        top_k: how many answers will be asked for.
    """

    def __init__(self, top_k: int) -> None:
        self.size = max(COMPETING, _KEPT_PER_ANSWER * top_k)
        self._best: list[Candidate] = []

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Take candidates in; only the best are kept, and one for each stretch of a document."""
        best: dict[tuple[Document, int, int], Candidate] = {}
        for candidate in heapq.merge(self._best, sorted(candidates, key=_rank), key=_rank):
            best.setdefault((candidate.document, candidate.start, candidate.end), candidate)
            if len(best) == self.size:
                break
        self._best = list(best.values())

    @property
    def lowest_score(self) -> float:
        """What a candidate must reach to be kept; -inf while there is room."""
        return self._best[-1].score if len(self._best) == self.size else -math.inf

    @property
    def best(self) -> Sequence[Candidate]:
        """The candidates, best first."""
        return self._best


def _rank(candidate: Candidate) -> tuple[float, str, int, int, str]:
    return candidate.rank


def probabilities(scores: Sequence[float], temperature: float, null_threshold: float) -> tuple[list[float], float]:
    """Return the softmax over spans and "no answer" at a temperature.

    Args:
        scores: [candidates], best first; those beyond the first `COMPETING` get a share of the same whole.
        temperature: greater than 0.
        null_threshold: lowers the null's logit, so that its probability equals the best span's at the threshold.

    Returns:
        The probability of each span, and that of "no answer".
    """
    logits = [score / temperature for score in scores]
    null = -null_threshold / temperature
    top = max([null, *logits[:1]])
    total = math.exp(null - top) + math.fsum(math.exp(logit - top) for logit in logits[:COMPETING])
    return [math.exp(logit - top) / total for logit in logits], math.exp(null - top) / total


def to_result(
    question: str, candidates: Sequence[Candidate], *, top_k: int, temperature: float, null_threshold: float
) -> Result:
    """Turn candidates into answers.

    A span that overlaps a better one of its document is dropped. Spans that say the same become one answer with its
    support, and answers are ranked by what all their places together make likely.

    Args:
        question: as it was asked.
        candidates: best first.
        top_k: the most answers to return.
        temperature: of the model's settings.
        null_threshold: of the model's settings.
    """
    shares, null_share = probabilities([candidate.score for candidate in candidates], temperature, null_threshold)
    same_words = _same_words(candidates, shares)
    answers: dict[str, list[Answer]] = {}
    for index in _apart(candidates):
        answers.setdefault(words_of(candidates[index]), []).append(_answer(candidates[index], shares[index]))
    merged = [
        replace(places[0], probability=min(1.0, same_words[words]), support=tuple(places[1:]))
        for words, places in answers.items()
    ]
    merged.sort(key=lambda answer: -answer.probability)
    lead = -candidates[0].score if candidates else 0.0
    return Result(question, tuple(merged[:top_k]), NoAnswer(lead, null_share), null_threshold)


def _same_words(candidates: Sequence[Candidate], shares: Sequence[float]) -> dict[str, float]:
    """Return the probability of each wording, all of its competing spans together."""
    totals: dict[str, float] = {}
    for rank, (candidate, share) in enumerate(zip(candidates, shares, strict=True)):
        words = words_of(candidate)
        if rank < COMPETING or words not in totals:
            totals[words] = totals.get(words, 0.0) + share
    return totals


def words_of(candidate: Candidate) -> str:
    """Return what two candidates must share to say the same."""
    return normalize(candidate.text) or candidate.text


def _apart(candidates: Sequence[Candidate]) -> list[int]:
    """Return the indices of the candidates that overlap no better one of the same document."""
    taken: dict[Document, list[tuple[int, int]]] = {}
    apart = []
    for index, candidate in enumerate(candidates):
        places = taken.setdefault(candidate.document, [])
        if all(candidate.end <= start or end <= candidate.start for start, end in places):
            places.append((candidate.start, candidate.end))
            apart.append(index)
    return apart


def _answer(candidate: Candidate, probability: float) -> Answer:
    document = candidate.document
    return Answer(
        text=candidate.text,
        start=candidate.start,
        end=candidate.end,
        score=candidate.score,
        probability=probability,
        document=document.source,
        page=document.page_of(candidate.start),
        heading=document.heading_of(candidate.start),
        source=document,
    )
