"""The tokens of one row, as the model reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, overload

from bertkit.insight.text import shortened, table

Part = Literal["special", "question", "passage", "padding"]

_SHOWN_CHARACTERS = 24


@dataclass(frozen=True)
class Token:
    """One token of a row.

    Attributes:
        index: its place in the row.
        piece: as the vocabulary spells it.
        id: in the vocabulary.
        type: segment id.
        position: the row of the position table that is added to it.
        part: what it belongs to.
        text: the characters that it stands for; empty for special tokens and padding.
        start: offset of its first character, in the question or the document; None for special tokens and padding.
        end: offset after its last character, likewise.
        opens: whether a word begins with it.
        unknown: whether the vocabulary has no piece for it.
    """

    index: int
    piece: str
    id: int
    type: int
    position: int
    part: Part
    text: str = ""
    start: int | None = None
    end: int | None = None
    opens: bool = True
    unknown: bool = False


@dataclass(frozen=True)
class TokenRow(Sequence[Token]):
    """The tokens of one row as the model reads it, padding included.

    Attributes:
        tokens: in order.
    """

    tokens: tuple[Token, ...]

    @cached_property
    def filled(self) -> int:
        """How many tokens there are before the padding."""
        return sum(token.part != "padding" for token in self.tokens)

    def places(self, part: Part) -> list[int]:
        """Return the indices of the tokens of one part."""
        return [token.index for token in self.tokens if token.part == part]

    @property
    def words(self) -> list[int]:
        """The indices of the tokens of the question and the passage."""
        return [*self.places("question"), *self.places("passage")]

    def to_json(self) -> dict[str, Any]:
        """Return one list for each column."""
        columns = Token.__dataclass_fields__
        return {name: [getattr(token, name) for token in self.tokens] for name in columns if name != "index"}

    def __str__(self) -> str:
        rows = (
            (token.index, token.piece, token.id, token.type, token.position, _marks(token), _place(token))
            for token in self.tokens[: self.filled]
        )
        listed = table(["#", "piece", "id", "type", "position", "part", "characters"], rows)
        return f"{listed}\n{len(self) - self.filled} tokens of padding follow."

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, index: int | slice) -> Token | tuple[Token, ...]:
        return self.tokens[index]

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)


def _marks(token: Token) -> str:
    return f"{token.part}{', unknown' if token.unknown else ''}{'' if token.opens else ', inside a word'}"


def _place(token: Token) -> str:
    if token.start is None:
        return ""
    return f"{token.start}-{token.end} {shortened(token.text, _SHOWN_CHARACTERS)!r}"
