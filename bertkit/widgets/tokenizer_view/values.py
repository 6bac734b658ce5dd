"""Tokens and windows as plain values for the view."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.insight.token_row import Token
from bertkit.insight.tokens import Tokenization
from bertkit.widgets import units
from bertkit.widgets.panel import Json

EDITED_CHARACTERS = 20_000
"""Longer documents are shown and not edited: every keystroke would send the whole text."""


def facts(tokenization: Tokenization) -> list[str]:
    """Return what stands beside the title."""
    return [
        f"{units.plural(len(tokenization.question_tokens), 'token')} of the question",
        f"{tokenization.passage_count:,d} of the document",
        f"{tokenization.unknown_count:,d} unknown",
        units.plural(len(tokenization.windows), "window"),
    ]


def summary_values(tokenization: Tokenization) -> Json:
    """Return the question's tokens, what stands around, and where the windows lie."""
    row, pair = tokenization.row(0), tokenization.windows[0].frame.pair
    text, piece = tokenization.document.text, tokenization.vocabulary.piece
    return {
        "facts": facts(tokenization),
        "question": tokenization.question,
        "text": text if len(text) <= EDITED_CHARACTERS else None,
        "asked": _columns(row[index] for index in row.places("question")),
        "prefix": [[piece(token), token] for token in pair.prefix_ids],
        "middle": [[piece(token), token] for token in pair.middle_ids],
        "suffix": [[piece(token), token] for token in pair.suffix_ids],
        "pad": [piece(pair.pad_id), pair.pad_id],
        "types": [pair.question_type, pair.passage_type],
        "counts_from": tokenization.counts_from,
        "windows": [list(vars(place).values()) for place in tokenization.places],
    }


def row_values(tokenization: Tokenization, window: int) -> Json:
    """Return a window's passage tokens and its text."""
    row = tokenization.row(window)
    place = tokenization.places[window]
    return {
        **_columns(row[index] for index in row.places("passage")),
        "window": window,
        "text": tokenization.document.text[place.start : place.end],
        "offset": place.start,
    }


def _columns(tokens: Iterable[Token]) -> dict[str, Json]:
    listed = list(tokens)
    names = ("piece", "id", "start", "end", "opens", "unknown")
    return {name: [getattr(token, name) for token in listed] for name in names}
