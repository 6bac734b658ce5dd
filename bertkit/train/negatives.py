"""Questions asked of the wrong paragraph, or changed: what a reader must learn to leave unanswered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from bertkit.qa.metrics import normalize
from bertkit.train.edits import edited
from bertkit.train.sources import Example

_TRIES = 4


def misplaced(examples: Sequence[Example], count: int, rng: np.random.Generator) -> Iterator[Example]:
    """Yield questions with another paragraph of their article, in which no answer of theirs stands.

    Args:
        examples: known questions; those without a title or with the only paragraph of theirs cannot be misplaced.
        count: how many to yield, at most.
        rng: decides which.
    """
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for title, context in dict.fromkeys((example.title, example.context) for example in examples if example.title):
        paragraphs[title].append(context)
    movable = [example for example in examples if example.spans and len(paragraphs.get(example.title, ())) > 1]
    if not movable:
        return
    for index in rng.integers(0, len(movable), count):
        example = movable[index]
        others = paragraphs[example.title]
        wanted = [normalize(example.context[start:end]) for start, end in example.spans]
        for choice in rng.integers(0, len(others), _TRIES):
            text = normalize(others[choice])
            if others[choice] != example.context and not any(f" {words} " in f" {text} " for words in wanted):
                yield Example(example.question, others[choice], (), example.title)
                break


def changed(examples: Sequence[Example], count: int, rng: np.random.Generator) -> Iterator[Example]:
    """Yield questions of which a word was changed, so that their own paragraph no longer answers them.

    Args:
        examples: known questions, in English.
        count: how many to yield, at most.
        rng: decides which, and how.
    """
    answered = [example for example in examples if example.spans]
    if not answered:
        return
    for index in rng.integers(0, len(answered), count):
        example = answered[index]
        answers = [example.context[start:end] for start, end in example.spans]
        question = edited(example.question, example.context, answers, rng)
        if question is not None:
            yield Example(question, example.context, (), example.title)
