"""What is said of tokens in both the static and the text form."""

from __future__ import annotations

from bertkit.insight.token_row import Token
from bertkit.insight.tokens import WindowPlace

TOKEN_COLUMNS = ("position", "piece", "id", "segment", "characters", "text", "")
WINDOW_COLUMNS = ("window", "tokens", "characters", "shared with next", "row length")


def token_cells(token: Token) -> list[str]:
    """Return a row under `TOKEN_COLUMNS`."""
    special = [str(token.part)] if token.part in ("special", "padding") else []
    marks = special + ["inside a word"] * (not token.opens) + ["unknown"] * token.unknown
    place = "" if token.start is None else f"{token.start}-{token.end}"
    return [str(token.position), token.piece, str(token.id), str(token.type), place, token.text, ", ".join(marks)]


def window_cells(number: int, place: WindowPlace) -> list[str]:
    """Return a row under `WINDOW_COLUMNS`."""
    tokens, characters = f"{place.first}-{place.last}", f"{place.start}-{place.end}"
    return [str(number + 1), tokens, characters, str(place.shared_after), str(place.length)]
