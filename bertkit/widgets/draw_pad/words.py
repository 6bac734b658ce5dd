"""What is said of a pad in both the static and the text form."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.drawing import Drawing, EmojiPad, Example, Guess, name_of
from bertkit.widgets import units

GUESS_COLUMNS = ("", "emoji", "share of the votes")
TAUGHT_COLUMNS = ("", "emoji", "examples")
NOTHING_TAUGHT = "Nothing was taught yet. Run the cell, draw, say what it is, and teach it with three drawings."


def facts(pad: EmojiPad) -> str:
    """Return what stands beside the title."""
    return f"{len(pad.known):,d} emoji known, {taught_words(pad)}"


def taught_words(pad: EmojiPad) -> str:
    """Return how many drawings were taught."""
    return f"{units.plural(len(pad.examples), 'drawing')} taught"


def guess_cells(guess: Guess) -> list[str]:
    """Return a row under `GUESS_COLUMNS`."""
    return [guess.emoji, guess.name, units.percent(guess.score)]


def drawn_words(drawing: Drawing | None, guesses: Sequence[Guess]) -> str:
    """Return what is on the pad."""
    if drawing is None:
        return "The pad is empty. Run the cell and draw on it."
    strokes = units.plural(len(drawing.strokes), "stroke")
    return f"On the pad: {strokes}, guessed as:" if guesses else f"On the pad: {strokes}. No emoji is known yet."


def by_emoji(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """Return examples by their emoji, in the order first taught."""
    grouped: dict[str, list[Example]] = {}
    for example in examples:
        grouped.setdefault(example.emoji, []).append(example)
    return grouped


def taught_cells(emoji: str, examples: Sequence[Example]) -> list[str]:
    """Return a row under `TAUGHT_COLUMNS`."""
    return [emoji, name_of(emoji), str(len(examples))]
