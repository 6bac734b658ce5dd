"""The tokenizer's view of a question and a document: pieces, ids, segments, positions, characters, windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from bertkit.errors import InputError
from bertkit.insight.text import shortened, table
from bertkit.insight.token_row import Part, Token, TokenRow
from bertkit.insight.vocabulary import Vocabulary
from bertkit.qa import Document, Reader
from bertkit.qa.encoding import Tokens
from bertkit.qa.windows import Window, cut


@dataclass(frozen=True)
class WindowPlace:
    """Where a window lies in the document.

    Attributes:
        first: its first token, counted from the beginning of the document.
        last: its last token, included.
        start: offset of its first character.
        end: offset after its last character.
        shared_before: tokens that the window before also holds.
        shared_after: tokens that the window after also holds.
        length: of its row, padding included.
    """

    first: int
    last: int
    start: int
    end: int
    shared_before: int
    shared_after: int
    length: int


@dataclass(frozen=True, eq=False)
class Tokenization:
    """A question and a document as the model reads them.

    Attributes:
        question: as it was asked.
        document: what it is asked of.
        question_tokens: offsets count the question's characters.
        windows: cover the document; neighbors overlap.
        vocabulary: of the model's tokenizer.
        counts_from: position of a row's first token: 0, but in RoBERTa 1 more than the one position of all padding.
    """

    question: str
    document: Document
    question_tokens: Tokens = field(repr=False)
    windows: tuple[Window, ...] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    counts_from: int = 0

    @cached_property
    def places(self) -> tuple[WindowPlace, ...]:
        """Where each window lies in the document."""
        places: list[WindowPlace] = []
        for window in self.windows:
            first = places[-1].last + 1 - window.before if places else 0
            last = first + len(window.passage) - 1
            start, end = int(window.passage.starts[0]), int(window.passage.ends[-1])
            places.append(WindowPlace(first, last, start, end, window.before, window.after, window.length))
        return tuple(places)

    @property
    def passage_count(self) -> int:
        """How many tokens the document has."""
        return self.places[-1].last + 1

    @cached_property
    def unknown_count(self) -> int:
        """How many tokens of the document have no piece in the vocabulary; a token in two windows counts once."""
        unknown = self.vocabulary.unknown_id
        if unknown is None:
            return 0
        return sum(int(np.count_nonzero(window.passage.ids[window.before :] == unknown)) for window in self.windows)

    def row(self, window: int) -> TokenRow:
        """Return the tokens of a window's row.

        Raises:
            InputError: there is no such window.
        """
        if not 0 <= window < len(self.windows):
            raise InputError(
                f"The document has {len(self.windows)} windows, 0 to {len(self.windows) - 1}; got {window}."
            )
        return TokenRow(tuple(self._row(self.windows[window])))

    def _row(self, window: Window) -> Iterator[Token]:
        pair = window.frame.pair
        index = 0
        for ids in (pair.prefix_ids, self.question_tokens, pair.middle_ids, window.passage, pair.suffix_ids):
            question_side = index < window.frame.passage_start
            kind = pair.question_type if question_side else pair.passage_type
            text = self.question if question_side else self.document.text
            for at in range(len(ids)):
                if isinstance(ids, Tokens):
                    yield self._word_piece(index, ids, at, text, kind, "question" if question_side else "passage")
                else:
                    yield self._special(index, ids[at], kind, "special", self.counts_from + index)
                index += 1
        for place in range(index, window.length):
            position = place if self.counts_from == 0 else self.counts_from - 1
            yield self._special(place, pair.pad_id, 0, "padding", position)

    def _special(self, index: int, token_id: int, kind: int, part: Part, position: int) -> Token:
        return Token(index, self.vocabulary.piece(token_id), token_id, kind, position, part)

    def _word_piece(self, index: int, tokens: Tokens, at: int, text: str, kind: int, part: Part) -> Token:
        token_id, start, end = int(tokens.ids[at]), int(tokens.starts[at]), int(tokens.ends[at])
        return Token(
            index=index,
            piece=self.vocabulary.piece(token_id),
            id=token_id,
            type=kind,
            position=self.counts_from + index,
            part=part,
            text=text[start:end],
            start=start,
            end=end,
            opens=bool(tokens.opens[at]),
            unknown=token_id == self.vocabulary.unknown_id,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the windows as plain values; `row` has the tokens of each."""
        return {
            "question": self.question,
            "document": self.document.source,
            "question_tokens": len(self.question_tokens),
            "passage_tokens": self.passage_count,
            "unknown": self.unknown_count,
            "windows": [vars(place) for place in self.places],
        }

    def __str__(self) -> str:
        rows = [
            (number, place.first, place.last, f"{place.start}-{place.end}", place.shared_after, place.length)
            for number, place in enumerate(self.places)
        ]
        return (
            f"{shortened(self.question, 60)} | {shortened(self.document.name, 40)}\n"
            f"{len(self.question_tokens)} tokens of the question, {self.passage_count} of the document, "
            f"{self.unknown_count} unknown, {len(self.windows)} windows\n"
            + table(["window", "first", "last", "characters", "shared with next", "row length"], rows)
        )


def tokenize(reader: Reader, question: str, document: Document, overlap_tokens: int | None = None) -> Tokenization:
    """Tokenize a question and a document, and cut the document into windows as `reader.ask` does; no model runs.

    Args:
        reader: whose tokenizer and row lengths are used.
        question: in words.
        document: what it is asked of.
        overlap_tokens: as in `Reader.ask`.

    Raises:
        InputError: the question is empty or too long, the overlap does not fit, or the tokenizer finds nothing in the
            document.
    """
    question_tokens = reader.encoder.question_tokens(question)
    windows = tuple(cut(reader.encoder.document(document), reader.frame(question, overlap_tokens)))
    if not windows:
        raise InputError(
            f"The model's tokenizer finds no tokens in the document {document.source!r}. Pass one with words."
        )
    # RoBERTa counts positions from the row after padding's own.
    counts_from = reader.settings.pair.pad_id + 1 if reader.settings.family == "roberta" else 0
    vocabulary = Vocabulary.of(reader.encoder.tokenizer)
    return Tokenization(question, document, question_tokens, windows, vocabulary, counts_from)
