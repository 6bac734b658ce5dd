"""What a question gets: answers, likeliest first, and how likely it is that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from bertkit.qa.document import Document


@dataclass(frozen=True)
class Answer:
    """A stretch of a document: `answer.text == answer.source.text[answer.start : answer.end]`.

    Attributes:
        text: the words, as they stand in the document.
        start: offset of the first character.
        end: offset after the last character.
        score: by how many logits the answer leads "no answer". Scores compare across windows, documents and questions.
        probability: 0 to 1, that the answer says the right thing, calibrated with the model's temperature. Other places
            that say the same are counted in.
        document: the document's source.
        page: from 1; None where the document has no pages.
        heading: the nearest heading before the answer; None where there is none.
        source: the document itself.
        support: other places that say the same, best first.
    """

    text: str
    start: int
    end: int
    score: float
    probability: float
    document: str
    page: int | None
    heading: str | None
    source: Document = field(repr=False)
    support: tuple[Answer, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain values, offsets in characters of the document's text."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "score": self.score,
            "probability": self.probability,
            "document": self.document,
            "page": self.page,
        }


@dataclass(frozen=True)
class NoAnswer:
    """The case for silence.

    Attributes:
        score: by how many logits "no answer" leads the span of the highest score; 0 where there was nothing to compare.
        probability: 0 to 1, that the documents do not say.
    """

    score: float
    probability: float


@dataclass(frozen=True)
class Result(Sequence[Answer]):
    """A question's answers, likeliest first.

    Attributes:
        question: as it was asked.
        answers: at most as many as were asked for. They are listed even where "no answer" wins.
        no_answer: the case for silence.
        null_threshold: "no answer" wins where its score is greater.

    Example:
        >>> result = Result("Who?", (), NoAnswer(score=0.0, probability=1.0))
        >>> result.best is None, len(result)
        (True, 0)
    """

    question: str
    answers: tuple[Answer, ...]
    no_answer: NoAnswer
    null_threshold: float = 0.0

    @property
    def best(self) -> Answer | None:
        """The answer to give; None where "no answer" wins."""
        if not self.answers or self.no_answer.score > self.null_threshold:
            return None
        return self.answers[0]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values, the object that `bertkit ask --json` prints."""
        return {
            "question": self.question,
            "answers": [answer.to_json() for answer in self.answers],
            "no_answer": {"score": self.no_answer.score, "probability": self.no_answer.probability},
        }

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Answer, ...]: ...
    def __getitem__(self, index: int | slice) -> Answer | tuple[Answer, ...]:
        return self.answers[index]

    def __len__(self) -> int:
        return len(self.answers)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)
