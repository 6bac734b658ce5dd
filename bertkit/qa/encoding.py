"""Token ids with character offsets, computed once per document and in pieces, so that size costs no memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bertkit.errors import InputError, ModelError
from bertkit.qa.document import Document

_PIECE_CHARACTERS = 8192
_LONGEST_PIECE_CHARACTERS = 1 << 18
_CACHED_CHARACTERS = 1 << 24
_MOST_CHARACTERS = 2**31 - 1  # offsets are int32
# Tokenizers never join words across these; other white space is dropped by BERT's clean-up and would join them.
_BOUNDARY = re.compile(r"[ \t\n\r](?=\S)")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Tokens:
    """A stretch of a document's tokens.

    Attributes:
        ids: [tokens] int32.
        starts: [tokens] int32, offset of each token's first character in the document.
        ends: [tokens] int32, offset after its last character.
        opens: [tokens] bool, whether a word begins with the token.
        closes: [tokens] bool, whether a word ends with it.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    opens: NDArray[np.bool_]
    closes: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def slice(self, start: int, end: int) -> Tokens:
        """Return views of the tokens from `start` up to `end`."""
        part = slice(start, end)
        return Tokens(self.ids[part], self.starts[part], self.ends[part], self.opens[part], self.closes[part])

    def followed_by(self, other: Tokens) -> Tokens:
        """Return both stretches as one."""
        return Tokens(
            ids=np.concatenate([self.ids, other.ids]),
            starts=np.concatenate([self.starts, other.starts]),
            ends=np.concatenate([self.ends, other.ends]),
            opens=np.concatenate([self.opens, other.opens]),
            closes=np.concatenate([self.closes, other.closes]),
        )

    @classmethod
    def none(cls) -> Tokens:
        """Return a stretch without tokens."""
        numbers, flags = np.zeros(0, np.int32), np.zeros(0, np.bool_)
        return cls(numbers, numbers, numbers, flags, flags)


class Encoder:
    """A model's tokenizer, and the tokens of the documents it saw last.

    Args:
        tokenizer_json: the content of a `tokenizer.json`.
        piece_characters: how much text is tokenized at a time, about.

    Attributes:
        tokenizer: without truncation or padding; special tokens in a text are text.

    Raises:
        ModelError: the tokenizer cannot be read.
    """

    def __init__(self, tokenizer_json: str, *, piece_characters: int = _PIECE_CHARACTERS) -> None:
        self.tokenizer = _load_tokenizer(tokenizer_json)
        self._piece_characters = piece_characters
        self._cache: dict[Document, list[Tokens]] = {}
        self._cached_characters = 0
        self._lock = threading.Lock()

    def question(self, text: str) -> NDArray[np.int32]:
        """Return the ids of a question, [tokens] int32, without special tokens.

        Raises:
            InputError: as `question_tokens`.
        """
        return self.question_tokens(text).ids

    def question_tokens(self, text: str) -> Tokens:
        """Return the tokens of a question, without special tokens; offsets count the characters of `text`.

        Raises:
            InputError: the question is empty or holds nothing that the tokenizer keeps.
        """
        if not isinstance(text, str):
            raise InputError(f"A question must be a str, got {type(text).__name__}.")
        tokens = self._tokens(text.strip(), len(text) - len(text.lstrip()))
        if len(tokens) == 0:
            raise InputError(f"The question is empty: {text!r}. Ask in words.")
        return tokens

    def document(self, document: Document) -> Iterable[Tokens]:
        """Return a document's tokens, in order, in pieces that end between words.

        A document that fits the cache is tokenized once; a larger one is tokenized again each time, piece by piece.

        Raises:
            InputError: the document has more characters than offsets can count.
        """
        if len(document.text) > _MOST_CHARACTERS:
            raise InputError(
                f"The document {document.source!r} has {len(document.text)} characters; at most {_MOST_CHARACTERS} "
                "can be read. Split it."
            )
        if len(document.text) > _CACHED_CHARACTERS:
            return self._pieces(document.text)
        with self._lock:
            if document not in self._cache:
                pieces = list(self._pieces(document.text))
                self._make_room(len(document.text))
                self._cache[document] = pieces
                self._cached_characters += len(document.text)
            return self._cache[document]

    def _make_room(self, characters: int) -> None:
        while self._cache and self._cached_characters + characters > _CACHED_CHARACTERS:
            oldest = next(iter(self._cache))
            del self._cache[oldest]
            self._cached_characters -= len(oldest.text)

    def _pieces(self, text: str) -> Iterator[Tokens]:
        for start, end in _cuts(text, self._piece_characters):
            yield self._tokens(text[start:end], start)

    def _tokens(self, text: str, offset: int) -> Tokens:
        """Tokenize a text that begins `offset` characters into a longer one."""
        # A lone surrogate cannot be written as UTF-8; the stand-in has the same length, so offsets stay true.
        encoding = self.tokenizer.encode(_SURROGATE.sub("\ufffd", text), add_special_tokens=False)
        offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2) + np.int32(offset)
        words = np.array([-1 if word is None else word for word in encoding.word_ids], np.int32)
        changes = words[1:] != words[:-1]
        return Tokens(
            ids=np.array(encoding.ids, np.int32),
            starts=np.ascontiguousarray(offsets[:, 0]),
            ends=np.ascontiguousarray(offsets[:, 1]),
            opens=np.concatenate([np.ones(min(1, len(words)), np.bool_), changes]),
            closes=np.concatenate([changes, np.ones(min(1, len(words)), np.bool_)]),
        )


def _load_tokenizer(tokenizer_json: str) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_str(tokenizer_json)
    except Exception as error:  # tokenizers raises bare exceptions
        raise ModelError(f"The model's tokenizer cannot be read: {error}. Convert the model again.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # Otherwise a text that says "[SEP]" would end its own passage.
    tokenizer.encode_special_tokens = True
    return tokenizer


def _cuts(text: str, piece_characters: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text that are tokenized one by one; each ends before white space and a word."""
    start = 0
    while start < len(text):
        # Where no white space comes for so long there are no words to keep whole.
        longest = min(len(text), start + _LONGEST_PIECE_CHARACTERS)
        boundary = _BOUNDARY.search(text, start + piece_characters, longest)
        end = longest if boundary is None else boundary.start()
        yield start, end
        start = end
