"""A tokenizer's view as static HTML."""

from __future__ import annotations

from bertkit.insight.token_row import Token, TokenRow
from bertkit.insight.tokens import Tokenization
from bertkit.widgets import blocks
from bertkit.widgets.html import Html, joined, tag
from bertkit.widgets.tokenizer_view import words
from bertkit.widgets.tokenizer_view.values import facts

_MOST_PIECES, _MOST_ROWS = 512, 48
_MOST_WINDOWS = 100
_BORDER = "border:1px solid rgba(128,128,128,.5)"
_PARTS = {
    "special": "border:1px dashed",
    "question": f"{_BORDER};font-style:italic",
    "passage": _BORDER,
    "padding": "border:1px dotted",
}


def static_tokens(tokenization: Tokenization, title: str, window: int) -> Html:
    """Return the pieces of a window as running text and as a table, and all windows."""
    row = tokenization.row(window)
    cells = [words.token_cells(token) for token in row[: min(row.filled, _MOST_ROWS)]]
    place = tokenization.places[window]
    told = (
        f"Window {window + 1} of {len(tokenization.windows)}: {row.filled} tokens, then {len(row) - row.filled} of "
        f"padding. The passage is characters {place.start} to {place.end} of {tokenization.document.name}; nothing "
        "is cut off."
    )
    numeric = (0, 2, 3)
    windows = [words.window_cells(at, each) for at, each in enumerate(tokenization.places)]
    return blocks.frame(
        title,
        " · ".join(facts(tokenization)),
        blocks.note(told),
        _pieces(row),
        blocks.section(f"The first {len(cells)} tokens", blocks.table(words.TOKEN_COLUMNS, cells, numeric)),
        blocks.section("Windows", _cut(windows)),
    )


def _pieces(row: TokenRow) -> Html:
    shown = [_piece(token) for token in row[: min(row.filled, _MOST_PIECES)]]
    return tag("div", shown, style="margin:6px 0;line-height:2")


def _piece(token: Token) -> Html:
    content = [token.piece, tag("small", " unknown")] if token.unknown else token.piece or "(no piece)"
    style = "border:2px solid #b26a00" if token.unknown else _PARTS[token.part]
    return joined([tag("span", content, style=f"{style};border-radius:3px;padding:0 3px"), " "])


def _cut(rows: list[list[str]]) -> Html:
    table = blocks.table(words.WINDOW_COLUMNS, rows[:_MOST_WINDOWS], numeric=(0, 3, 4))
    left_out = len(rows) - _MOST_WINDOWS
    return table if left_out <= 0 else tag("div", [table, blocks.note(f"{left_out} more left out.")])
