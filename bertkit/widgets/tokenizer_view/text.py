"""A tokenizer's view as text."""

from __future__ import annotations

from bertkit.insight.text import shortened
from bertkit.insight.tokens import Tokenization
from bertkit.widgets import texts
from bertkit.widgets.tokenizer_view import words
from bertkit.widgets.tokenizer_view.values import facts

_SHOWN_CHARACTERS = 24
_MOST_WINDOWS = 40


def text_tokens(tokenization: Tokenization, title: str, window: int) -> str:
    """Return the tokens of a window and where all windows lie."""
    row = tokenization.row(window)
    cells = [words.token_cells(token) for token in row[: row.filled]]
    table = [list(words.TOKEN_COLUMNS), *([shortened(cell, _SHOWN_CHARACTERS) for cell in line] for line in cells)]
    places = [words.window_cells(at, place) for at, place in enumerate(tokenization.places[:_MOST_WINDOWS])]
    return "\n".join(
        [
            title,
            f"{texts.one_line(tokenization.document.name)}: {', '.join(facts(tokenization))}",
            "",
            *texts.columns([list(words.WINDOW_COLUMNS), *places], right=(0, 3, 4)),
            "",
            f"Window {window + 1}, then {len(row) - row.filled} of padding:",
            *texts.columns(table, right=(0, 2, 3)),
        ]
    )
