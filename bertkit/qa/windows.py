"""Windows over token ids: every token of a passage is read, in rows that the model accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.settings import PairTemplate
from bertkit.errors import InputError
from bertkit.qa.encoding import Tokens

INPUTS = ("input_ids", "attention_mask", "token_type_ids")

_DEFAULT_OVERLAP_TOKENS = 128


@dataclass(frozen=True)
class Frame:
    """What all windows of one question have in common.

    Attributes:
        question_ids: [tokens] int32.
        pair: how a row is put together.
        lengths: row lengths that the model accepts, ascending.
        overlap: passage tokens that neighboring windows share.
    """

    question_ids: NDArray[np.int32]
    pair: PairTemplate
    lengths: tuple[int, ...]
    overlap: int

    @classmethod
    def for_question(
        cls,
        question_ids: NDArray[np.int32],
        pair: PairTemplate,
        lengths: tuple[int, ...],
        overlap_tokens: int | None = None,
    ) -> Frame:
        """Fit a question into the model's rows.

        Args:
            question_ids: [tokens] int32.
            pair: how a row is put together.
            lengths: row lengths that the model accepts, ascending.
            overlap_tokens: None means 128, or half of the room where that is less.

        Raises:
            InputError: the question leaves less than half of the longest row to the passage, or the overlap leaves no
                room for new tokens.
        """
        longest = lengths[-1]
        limit = (longest - pair.special_count) // 2
        if len(question_ids) > limit:
            raise InputError(
                f"The question has {len(question_ids)} tokens; this model reads at most {limit} beside a passage "
                f"(rows of {longest}). Ask a shorter question."
            )
        room = longest - pair.special_count - len(question_ids)
        if overlap_tokens is None:
            overlap_tokens = min(_DEFAULT_OVERLAP_TOKENS, room // 2)
        if not 0 <= overlap_tokens < room:
            raise InputError(
                f"overlap_tokens must be from 0 to {room - 1} for this question, since rows of {longest} tokens have "
                f"room for {room} of the passage; got {overlap_tokens}."
            )
        return cls(question_ids, pair, lengths, overlap_tokens)

    @property
    def room(self) -> int:
        """Passage tokens in the longest row."""
        return self.lengths[-1] - self._around

    @property
    def passage_start(self) -> int:
        """Where the passage begins in a row."""
        return self._around - len(self.pair.suffix_ids)

    @property
    def _around(self) -> int:
        return self.pair.special_count + len(self.question_ids)

    def length_for(self, passage_tokens: int) -> int:
        """Return the shortest row length that holds so many passage tokens, at most `room`."""
        return next(length for length in self.lengths if length >= self._around + passage_tokens)


@dataclass(frozen=True)
class Window:
    """One row for the model.

    Attributes:
        frame: the question's part.
        passage: the tokens of the document that the row holds.
        before: how many of the first passage tokens the previous window of the document also holds.
        after: how many of the last passage tokens the next one also holds.
    """

    frame: Frame
    passage: Tokens
    before: int
    after: int

    @property
    def length(self) -> int:
        """The row's length in tokens, padding included."""
        return self.frame.length_for(len(self.passage))

    @property
    def ids(self) -> NDArray[np.int32]:
        """The row's token ids without padding, [tokens] int32."""
        pair = self.frame.pair
        parts = (pair.prefix_ids, self.frame.question_ids, pair.middle_ids, self.passage.ids, pair.suffix_ids)
        return np.concatenate(parts).astype(np.int32)


class Cutter:
    """Cuts a stream of tokens into one frame's windows.

    All windows but a single one are full: the last is aligned with the end of the document and shares more with the
    window before it. A window is given out once the tokens after it are known.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tokens = Tokens.none()
        self._before = 0

    def feed(self, tokens: Tokens) -> Iterator[Window]:
        """Take the next tokens and yield the windows that they complete."""
        room = self._frame.room
        step = room - self._frame.overlap
        held = self._tokens.followed_by(tokens)
        start = 0
        while len(held) - start >= room + step:
            yield Window(self._frame, held.slice(start, start + room), self._before, self._frame.overlap)
            start += step
            self._before = self._frame.overlap
        self._tokens = held.slice(start, len(held))

    def finish(self) -> Iterator[Window]:
        """Yield the last windows."""
        room, held = self._frame.room, self._tokens
        before = self._before
        if len(held) > room:
            shared = 2 * room - len(held)
            yield Window(self._frame, held.slice(0, room), before, shared)
            held, before = held.slice(len(held) - room, len(held)), shared
        if len(held) > 0:
            yield Window(self._frame, held, before, 0)


def cut(pieces: Iterable[Tokens], frame: Frame) -> Iterator[Window]:
    """Yield the windows of a whole document for one question."""
    cutter = Cutter(frame)
    for piece in pieces:
        yield from cutter.feed(piece)
    yield from cutter.finish()


def rows(windows: Sequence[Window], inputs: Sequence[str]) -> dict[str, NDArray[np.int32]]:
    """Return the model's inputs for windows of one length.

    Args:
        windows: at least one; all of the same `length`.
        inputs: which of `INPUTS` the model takes.

    Returns:
        Each wanted input, [windows, length] int32.
    """
    shape = (len(windows), windows[0].length)
    ids = np.full(shape, windows[0].frame.pair.pad_id, np.int32)
    mask = np.zeros(shape, np.int32)
    types = np.zeros(shape, np.int32)
    for row, window in enumerate(windows):
        pair, passage_start = window.frame.pair, window.frame.passage_start
        filled = window.ids
        ids[row, : len(filled)] = filled
        mask[row, : len(filled)] = 1
        types[row, :passage_start] = pair.question_type
        types[row, passage_start : len(filled)] = pair.passage_type
    every = dict(zip(INPUTS, (ids, mask, types), strict=True))
    return {name: every[name] for name in inputs}
