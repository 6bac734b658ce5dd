"""A pad's view as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.drawing import Drawing, EmojiPad, Guess
from bertkit.widgets import texts
from bertkit.widgets.draw_pad import words


def text_pad(pad: EmojiPad, drawing: Drawing | None, guesses: Sequence[Guess], title: str) -> str:
    """Return the guesses, and how many examples there are of each emoji."""
    lines = [f"{title}: {words.facts(pad)}", words.drawn_words(drawing, guesses)]
    lines += texts.columns([words.guess_cells(guess) for guess in guesses], right=(2,))
    if not pad.examples:
        return "\n".join([*lines, "", words.NOTHING_TAUGHT])
    rows = [words.taught_cells(emoji, examples) for emoji, examples in words.by_emoji(pad.examples).items()]
    return "\n".join([*lines, "", "Taught:", *texts.columns([list(words.TAUGHT_COLUMNS), *rows], right=(2,))])
