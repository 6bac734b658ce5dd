"""Learning from questions made of statements: the answer stands in the paragraph that the statement was taken from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bertkit.train.prose import names, question_word, sentences
from bertkit.train.sources import Article, Example
from bertkit.train.stages.plain import PlainText

_PER_ARTICLE = 16
_QUESTION_WORDS = (5, 30)
_DROPPED = 0.15
_MOVED_WORDS = 3.0


class Cloze(PlainText):
    """A question is a sentence without a name or number, led by a question word; some words are missing or moved.

    Args:
        material: what to learn from.
    """

    def examples(self, article: Article, rng: np.random.Generator) -> Iterator[Example]:
        """Yield at most a few examples of one article, one a paragraph."""
        for index in rng.permutation(len(article.paragraphs))[:_PER_ARTICLE]:
            paragraph = article.paragraphs[index]
            known = list(names(paragraph).values())
            if not known:
                continue
            gap = known[rng.integers(len(known))]
            question = _question(paragraph, gap, rng)
            if question is not None:
                yield Example(question, paragraph, (gap,), article.title)


def _question(paragraph: str, gap: tuple[int, int], rng: np.random.Generator) -> str | None:
    start, end = next(((a, b) for a, b in sentences(paragraph) if a <= gap[0] and gap[1] <= b), (0, 0))
    words = f"{paragraph[start : gap[0]]} {paragraph[gap[1] : end].rstrip('.!?')}".split()
    if not _QUESTION_WORDS[0] <= len(words) <= _QUESTION_WORDS[1]:
        return None
    kept = [word for word in words if rng.random() >= _DROPPED]
    order = np.argsort(np.arange(len(kept)) + rng.uniform(0, _MOVED_WORDS, len(kept)))
    return " ".join([question_word(paragraph[slice(*gap)]), *(kept[index] for index in order)]) + "?"
