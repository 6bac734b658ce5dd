"""Drawings, guesses and examples as plain values for the view, and drawings back from it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bertkit.drawing import Drawing, Example, Guess, Stroke, name_of
from bertkit.errors import InputError
from bertkit.widgets.panel import Json

SIDE = 512
"""The pad in its own units."""
_MARGIN = 24
_FULL_PRESSURE = 100


def guess_values(guesses: Iterable[Guess]) -> Json:
    """Return emoji, name and score of each guess."""
    return [{"emoji": guess.emoji, "name": guess.name, "score": round(guess.score, 4)} for guess in guesses]


def example_values(example: Example) -> Json:
    """Return an example with its drawing fitted to the pad."""
    return {
        "number": example.number,
        "emoji": example.emoji,
        "name": name_of(example.emoji),
        "strokes": stroke_values(example.drawing),
    }


def stroke_values(drawing: Drawing) -> Json:
    """Return a drawing fitted to the pad: for each stroke `[x, y]` or `[x, y, pressure]`, whole numbers.

    Places are 0 to `SIDE`, pressures 0 to 100.
    """
    left, top, right, bottom = drawing.box
    scale = (SIDE - 2 * _MARGIN) / max(right - left, bottom - top, 1e-9)
    across, down = SIDE / 2 - scale * (left + right) / 2, SIDE / 2 - scale * (top + bottom) / 2
    return [
        [[round(scale * x + across) for x in stroke.x], [round(scale * y + down) for y in stroke.y]]
        + ([] if stroke.pressure is None else [[round(_FULL_PRESSURE * value) for value in stroke.pressure]])
        for stroke in drawing.strokes
    ]


def read_drawing(text: str) -> Drawing:
    """Return the drawing that the view sent as JSON, strokes as `stroke_values` returns them.

    Raises:
        InputError: it is something else, or nothing was drawn.
    """
    return _drawing(_parsed(text))


def read_drawings(text: str) -> list[Drawing]:
    """Return several drawings that the view sent as JSON.

    Raises:
        InputError: it is something else, or one of them is empty.
    """
    return [_drawing(each) for each in _parsed(text)]


def _parsed(text: str) -> list[Json]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(f"A drawing must be JSON, got {text!r:.40}.") from error
    if not isinstance(value, list):
        raise InputError(f"A drawing must be a list of strokes, got {type(value).__name__}.")
    return value


def _drawing(strokes: Json) -> Drawing:
    if not isinstance(strokes, list):
        raise InputError(f"A drawing must be a list of strokes, got {type(strokes).__name__}.")
    return Drawing(tuple(_stroke(index, stroke) for index, stroke in enumerate(strokes)))


def _stroke(index: int, value: Json) -> Stroke:
    if not isinstance(value, list) or len(value) not in (2, 3) or not all(isinstance(part, list) for part in value):
        raise InputError(f"Stroke {index} must be [x, y] or [x, y, pressure].")
    x, y, *rest = (tuple(part) for part in value)
    return Stroke(x, y, tuple(each / _FULL_PRESSURE for each in rest[0]) if rest else None)
