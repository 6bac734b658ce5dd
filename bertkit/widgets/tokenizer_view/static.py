"""A tokenizer's view as static HTML."""

from __future__ import annotations

from bertkit.insight.token_row import Token, TokenRow
from bertkit.insight.tokens import Tokenization
from bertkit.widgets import blocks
from bertkit.widgets.html import Html, tag
from bertkit.widgets.tokenizer_view import words
from bertkit.widgets.tokenizer_view.values import facts

_MOST_TOKENS = 512
_MOST_WINDOWS = 100
_PIECE = "display:inline-block;margin:2px 1px;padding:0 4px;border-radius:3px;border:1px solid rgba(128,128,128,.5)"
_PARTS = {
    "special": "opacity:.75;border-style:dashed",
    "question": "font-style:italic;background:rgba(63,120,181,.16)",
    "passage": "",
    "padding": "opacity:.5",
}


def static_tokens(tokenization: Tokenization, title: str, window: int) -> Html:
    """Return the pieces of a window as running text and as a table, and all windows."""
    row = tokenization.row(window)
    cells = [words.token_cells(token) for token in row[: min(row.filled, _MOST_TOKENS)]]
    place = tokenization.places[window]
    told = (
        f"Window {window + 1} of {len(tokenization.windows)}: {row.filled} tokens, then {len(row) - row.filled} of "
        f"padding. The passage is characters {place.start} to {place.end} of {tokenization.document.source}; nothing "
        "is cut off."
    )
    numeric = (0, 2, 3)
    windows = [words.window_cells(at, each) for at, each in enumerate(tokenization.places)]
    return blocks.frame(
        title,
        " · ".join(facts(tokenization)),
        blocks.note(told),
        _pieces(row),
        blocks.section("Tokens", blocks.table(words.TOKEN_COLUMNS, cells, numeric)),
        blocks.section("Windows", _cut(windows)),
    )


def _pieces(row: TokenRow) -> Html:
    shown = [_piece(token) for token in row[: min(row.filled, _MOST_TOKENS)]]
    return tag("div", shown, style="margin:6px 0;line-height:1.9")


def _piece(token: Token) -> Html:
    unknown = ";border:2px solid #b26a00" if token.unknown else ""
    inner = token.piece or "(no piece)"
    content = [inner, tag("small", " unknown", style="opacity:.8")] if token.unknown else inner
    return tag("span", content, style=f"{_PIECE};{_PARTS[token.part]}{unknown}", title=f"id {token.id}")


def _cut(rows: list[list[str]]) -> Html:
    table = blocks.table(words.WINDOW_COLUMNS, rows[:_MOST_WINDOWS], numeric=(0, 3, 4))
    left_out = len(rows) - _MOST_WINDOWS
    return table if left_out <= 0 else tag("div", [table, blocks.note(f"{left_out} more left out.")])
