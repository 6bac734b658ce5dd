"""A pad's view as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.drawing import Drawing, EmojiPad, Example, Guess
from bertkit.widgets import blocks, units
from bertkit.widgets.draw_pad import words
from bertkit.widgets.draw_pad.picture import drawing_picture
from bertkit.widgets.html import Html, joined, tag

_MOST_PICTURES = 6
_SMALL, _LARGE = 44, 180


def static_pad(pad: EmojiPad, drawing: Drawing | None, guesses: Sequence[Guess], title: str) -> Html:
    """Return the drawing with its guesses, and the examples of each emoji."""
    content = [blocks.note(words.drawn_words(drawing, guesses))]
    if drawing is not None:
        content.append(drawing_picture(drawing, guesses[0].emoji if guesses else "unknown", _LARGE))
    if guesses:
        content.append(blocks.table(words.GUESS_COLUMNS, [_guess(guess) for guess in guesses]))
    return blocks.frame(title, words.facts(pad), *content, _taught(pad))


def _guess(guess: Guess) -> list[str]:
    return [guess.emoji, guess.name, blocks.bar(guess.score, units.percent(guess.score))]


def _taught(pad: EmojiPad) -> Html:
    if not pad.examples:
        return blocks.note(words.NOTHING_TAUGHT)
    grouped = words.by_emoji(pad.examples)
    rows = [[*words.taught_cells(emoji, examples), _pictures(examples)] for emoji, examples in grouped.items()]
    return blocks.section(words.taught_words(pad), blocks.table([*words.TAUGHT_COLUMNS, "drawings"], rows), opened=True)


def _pictures(examples: Sequence[Example]) -> Html:
    shown = [drawing_picture(each.drawing, each.emoji, _SMALL) for each in examples[:_MOST_PICTURES]]
    left_out = len(examples) - len(shown)
    return joined([*shown, tag("span", f" and {left_out} more") if left_out else ""])
