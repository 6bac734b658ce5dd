"""Learning from what a text says twice: a sentence with a gap is answered in another paragraph of its article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from bertkit.train.prose import content_words, phrases, places, question_word, sentences
from bertkit.train.sources import Article, Example
from bertkit.train.stages.plain import PlainText

_PER_ARTICLE = 24
_MOST_PARAGRAPHS = 40
_LEAST_SHARED_WORDS = 3
_QUESTION_WORDS = (6, 50)


class Recurring(PlainText):
    """A question is a sentence whose phrase became a question word; the phrase's places elsewhere are its answers.

    Args:
        material: what to learn from.
    """

    def examples(self, article: Article, rng: np.random.Generator) -> Iterator[Example]:
        """Yield at most a few examples of one article."""
        paragraphs = article.paragraphs[:_MOST_PARAGRAPHS]
        found = [phrases(paragraph) for paragraph in paragraphs]
        homes: dict[str, list[int]] = defaultdict(list)
        for index, known in enumerate(found):
            for phrase in known:
                homes[phrase].append(index)
        # A phrase of most paragraphs is the article's subject, and its places say nothing of the question.
        returning = [phrase for phrase, where in homes.items() if 2 <= len(where) <= max(2, len(paragraphs) // 4)]
        words = [content_words(paragraph) for paragraph in paragraphs]
        made = 0
        for choice in rng.permutation(len(returning)):
            phrase = returning[choice]
            asking, answering = (homes[phrase][k] for k in rng.permutation(len(homes[phrase]))[:2])
            question = _question(paragraphs[asking], found[asking][phrase], words[answering] - content_words(phrase))
            if question is not None:
                yield Example(question, paragraphs[answering], places(paragraphs[answering], phrase), article.title)
                made += 1
            if made == _PER_ARTICLE:
                return


def _question(paragraph: str, gap: tuple[int, int], words: frozenset[str]) -> str | None:
    """Return the sentence around a gap as a question, if it shares enough words with the answering paragraph."""
    start, end = next(((a, b) for a, b in sentences(paragraph) if a <= gap[0] and gap[1] <= b), (0, 0))
    before, after = paragraph[start : gap[0]], paragraph[gap[1] : end].rstrip(".!?")
    rest = f"{before} {after}"
    fits = _QUESTION_WORDS[0] <= len(rest.split()) <= _QUESTION_WORDS[1]
    if not fits or len(content_words(rest) & words) < _LEAST_SHARED_WORDS:
        return None
    return f"{before}{question_word(paragraph[slice(*gap)])}{after}?"
