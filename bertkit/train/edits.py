"""Questions changed so that their paragraph no longer answers them, by the kinds of change that SQuAD 2.0 names.

People who wrote unanswerable questions for SQuAD 2.0 negated, exchanged a name or a number, or took a word's opposite
(Rajpurkar et al., 2018, table 1). A question changed so keeps nearly all its words in common with the paragraph: a
reader has to notice the one that differs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAME = re.compile(rf"\b(?!(?:{_MONTHS})\b)[A-Z][\w-]+(?:\s+(?:(?:of|the|de|von)\s+)?(?!(?:{_MONTHS})\b)[A-Z][\w-]+)*")
_OPENING = re.compile(r"(?:^|[.!?:;\"“”(\[])\s*$")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_VERB = re.compile(r"\b(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|might)\b", re.I)
_NOT = re.compile(r"\s+(?:not|never)\b|n't\b", re.I)
_WORD = re.compile(r"[A-Za-z]+")
_PAIRS = (
    "first last;most least;more less;more fewer;largest smallest;larger smaller;large small;big small;highest lowest;"
    "higher lower;high low;before after;earliest latest;earlier later;early late;oldest youngest;older younger;"
    "longest shortest;longer shorter;best worst;better worse;good bad;increase decrease;increased decreased;"
    "increases decreases;rise fall;rose fell;gain loss;won lost;win lose;winner loser;north south;northern southern;"
    "east west;eastern western;above below;inside outside;upper lower;maximum minimum;major minor;majority minority;"
    "positive negative;public private;male female;men women;man woman;king queen;father mother;son daughter;"
    "brother sister;begin end;began ended;beginning end;start end;started ended;open close;opened closed;"
    "allowed forbidden;allow forbid;include exclude;includes excludes;included excluded;accept reject;"
    "support oppose;supported opposed;legal illegal;possible impossible;common rare;strong weak;stronger weaker;"
    "fast slow;faster slower;hot cold;light dark;rich poor;success failure;successful unsuccessful;born dead;"
    "arrive leave;arrived left;buy sell;bought sold;attack defend;attacked defended;all none;"
    "similar different;same different;internal external;ancient modern;heavy light;deep shallow"
)


def _opposites() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in _PAIRS.split(";"):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


_OPPOSITES = _opposites()


def edited(question: str, context: str, answers: Sequence[str], rng: np.random.Generator) -> str | None:
    """Return a question that differs in one place from one that a paragraph answers.

    Args:
        question: in English.
        context: the paragraph; names and numbers are exchanged for others of it.
        answers: what the paragraph answers; never put into the question.
        rng: decides how it is changed.

    Returns:
        The changed question, or None where nothing in it can be changed.
    """
    ways = (_exchange_name, _exchange_number, _take_opposite, _negate)
    # Negation always works; were the order even, it would be nearly all there is.
    for way in (*(ways[at] for at in rng.permutation(3)), _negate):
        changed = way(question, context, answers, rng)
        if changed is not None:
            return changed
    return None


def _exchange_name(question: str, context: str, answers: Sequence[str], rng: np.random.Generator) -> str | None:
    inside = [match for match in _NAME.finditer(question) if match.start() > 0 and match[0] in context]
    # The first word of a sentence is written large without being a name.
    others = [match[0] for match in _NAME.finditer(context) if not _OPENING.search(context, 0, match.start())]
    return _exchange(question, inside, others, answers, rng)


def _exchange_number(question: str, context: str, answers: Sequence[str], rng: np.random.Generator) -> str | None:
    inside = list(_NUMBER.finditer(question))
    others = [number for number in _NUMBER.findall(context) if inside and len(number) == len(inside[0][0])]
    return _exchange(question, inside, others, answers, rng)


def _exchange(
    question: str,
    places: Sequence[re.Match[str]],
    others: Sequence[str],
    answers: Sequence[str],
    rng: np.random.Generator,
) -> str | None:
    """Put another word of the paragraph in one of the places, one that neither the question nor an answer has."""
    known = f"{question} {' '.join(answers)}".lower()
    new = [other for other in dict.fromkeys(others) if other.lower() not in known and len(other) > 1]
    if not places or not new:
        return None
    return _replaced(question, places[int(rng.integers(len(places)))], new[int(rng.integers(len(new)))])


def _take_opposite(question: str, context: str, answers: Sequence[str], rng: np.random.Generator) -> str | None:
    places = [match for match in _WORD.finditer(question) if match[0] in _OPPOSITES]
    if not places:
        return None
    place = places[int(rng.integers(len(places)))]
    opposites = _OPPOSITES[place[0]]
    return _replaced(question, place, opposites[int(rng.integers(len(opposites)))])


def _negate(question: str, context: str, answers: Sequence[str], rng: np.random.Generator) -> str | None:
    if _NOT.search(question):
        return _NOT.sub("", question, count=1)
    verb = _VERB.search(question)
    if verb is None:
        return None
    shortened = verb[0].lower() not in ("can", "will", "may", "might") and rng.random() < 0.5
    return _replaced(question, verb, f"{verb[0]}n't" if shortened else f"{verb[0]} not")


def _replaced(question: str, place: re.Match[str], words: str) -> str:
    return question[: place.start()] + words + question[place.end() :]
