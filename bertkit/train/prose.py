"""Plain text taken apart: sentences, phrases that could be answers, and questions made of statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Not after initials and the commonest abbreviations.
_SENTENCE_END = re.compile(r"""(?<![A-Z])(?<!\bSt)(?<!\bMr)(?<!\bDr)(?<!\bNo)[.!?]["\u201d)]*\s+(?=[A-Z"\u201c(])""")
_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")
_NAME = re.compile(r"[A-Z][\w'\u2019-]+(?:(?: of| the| de| von)? [A-Z][\w'\u2019-]+){0,4}")
_NUMBER = re.compile(r"\b\d(?:[\d,.]*\d)?(?: (?:million|billion|thousand|percent|years|km|miles))?\b")
_YEAR = re.compile(r"\b1\d{3}\b|\b20\d{2}\b")
_SMALL_WORDS = """
    a an the of in on at to for from by with and or but as is are was were be been being has have had do does did not it
    its he she they his her their this that these those which who whom whose what when where how why there then than
    also some many most other such one two first after before during between into over under about more no all however
    although while since because if so can could may might will would should i we you
"""
_COMMON = frozenset(_SMALL_WORDS.split())
_LONGEST_PHRASE = 3


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of a text's sentences, without white space around them."""
    start = 0
    for found in _SENTENCE_END.finditer(text):
        yield start, start + len(text[start : found.end()].rstrip())
        start = found.end()
    if start < len(text):
        yield start, len(text.rstrip())


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case, that say what it is about."""
    return frozenset(word for word in map(str.lower, _WORD.findall(text)) if word not in _COMMON)


def names(text: str) -> dict[str, tuple[int, int]]:
    """Return the names and numbers in a text: the first (start, end) of each, by itself in lower case."""
    found: dict[str, tuple[int, int]] = {}
    for pattern in (_NAME, _NUMBER):
        for match in pattern.finditer(text):
            start, end = _without_common(text, *match.span())
            if end > start:
                found.setdefault(text[start:end].lower(), (start, end))
    return found


def phrases(text: str) -> dict[str, tuple[int, int]]:
    """Return names, numbers, and pairs and triples of words without small ones. The result is as that of `names`."""
    found = names(text)
    words = [match.span() for match in _WORD.finditer(text)]
    for first in range(len(words)):
        for last in range(first, min(first + _LONGEST_PHRASE, len(words))):
            if text[slice(*words[last])].lower() in _COMMON or not _adjoin(text, words, first, last):
                break
            if last > first:
                start, end = words[first][0], words[last][1]
                found.setdefault(text[start:end].lower(), (start, end))
    return found


def places(text: str, phrase: str) -> tuple[tuple[int, int], ...]:
    """Return every (start, end) where a phrase stands in a text as whole words, whatever its case."""
    return tuple(found.span() for found in re.finditer(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE))


def question_word(phrase: str) -> str:
    """Return what asks for a phrase: when, how many, who or what."""
    if _YEAR.fullmatch(phrase):
        return "when"
    if _NUMBER.fullmatch(phrase):
        return "how many"
    return "who or what" if _NAME.fullmatch(phrase) else "what"


def _without_common(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch without the common words that it begins with, such as the "The" of a sentence."""
    while (word := _WORD.match(text, start, end)) is not None and word[0].lower() in _COMMON:
        start = min(end, word.end() + 1)
    return start, end


def _adjoin(text: str, words: list[tuple[int, int]], first: int, last: int) -> bool:
    """Say whether only one blank stands before the last word of a phrase."""
    return last == first or text[words[last - 1][1] : words[last][0]] == " "
