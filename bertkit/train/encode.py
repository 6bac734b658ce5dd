"""Examples become rows, cut and encoded exactly as a reader does when it is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.pairs import pair_template
from bertkit.bert.settings import PairTemplate
from bertkit.errors import InputError
from bertkit.qa.document import Document
from bertkit.qa.encoding import Encoder, Tokens
from bertkit.qa.windows import Frame, Window, cut
from bertkit.train.rows import Row, Rows
from bertkit.train.settings import Settings
from bertkit.train.sources import Example

_log = logging.getLogger(__name__)

_MOST_SPANS = 8
_MASKS = ("[MASK]", "<mask>")


@dataclass(frozen=True)
class RowMaker:
    """What rows are made with.

    Attributes:
        encoder: the checkpoint's tokenizer.
        pair: how a row is put together.
        length: the longest row in tokens.
        overlap: passage tokens that neighboring windows share.
    """

    encoder: Encoder
    pair: PairTemplate
    length: int
    overlap: int

    @classmethod
    def of(cls, checkpoint: Checkpoint, settings: Settings) -> RowMaker:
        """Return the one that belongs to a checkpoint.

        Raises:
            InputError: the model has no positions for rows so long.
            CheckpointError: tokenizer and weights do not belong together.
        """
        config = checkpoint.config
        positions = int(config.get("max_position_embeddings", 512)) - (2 if checkpoint.family == "roberta" else 0)
        if settings.length > positions:
            raise InputError(f"The model has positions for rows of {positions} tokens; length is {settings.length}.")
        has_types = checkpoint.family != "distilbert" and int(config.get("type_vocab_size", 2)) > 1
        vocabulary = int(config.get("vocab_size", 0)) or checkpoint.tokenizer.get_vocab_size()
        pair = pair_template(checkpoint, has_types=has_types, vocabulary=vocabulary)
        return cls(Encoder(checkpoint.tokenizer.to_str()), pair, settings.length, settings.overlap)

    @property
    def mask_id(self) -> int:
        """The id of the token that hides another.

        Raises:
            InputError: the vocabulary has none.
        """
        found = [self.encoder.tokenizer.token_to_id(token) for token in _MASKS]
        known = [token for token in found if token is not None]
        if not known:
            raise InputError(f"The vocabulary has none of {', '.join(_MASKS)}, which this stage needs.")
        return int(known[0])

    def rows(self, examples: Iterable[Example]) -> Rows | None:
        """Return the rows of all windows of all examples; None where there are none.

        Questions that leave too little room for a passage are left out, and counted in the log.
        """
        made: list[Row] = []
        refused = 0
        for example in examples:
            try:
                made += self.windows(example)
            except InputError:
                refused += 1
        if refused:
            _log.info("%d questions are empty or too long for rows of %d tokens and are left out", refused, self.length)
        return Rows.pack(made) if made else None

    def windows(self, example: Example) -> Iterator[Row]:
        """Yield the rows of one example.

        Raises:
            InputError: the question is empty, or leaves too little room for a passage.
        """
        overlap = min(self.overlap, self.length // 4)
        question = self.encoder.question(example.question)
        frame = Frame.for_question(question, self.pair, (self.length,), overlap)
        for window in cut(self.encoder.document(Document.from_text(example.context)), frame):
            found = [place for span in example.spans if (place := _tokens_of(window.passage, *span)) is not None]
            if not found and _touches(window, example):
                continue  # half an answer is neither an answer nor the lack of one
            start = frame.passage_start
            spans = tuple((start + first, start + last) for first, last in dict.fromkeys(found))[:_MOST_SPANS]
            yield Row(
                ids=window.ids,
                passage_start=start,
                spans=spans if spans else ((0, 0),),
                answered=bool(spans),
                asked=bool(example.spans),
            )


def _tokens_of(passage: Tokens, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and the last token of some characters, in whole words; None where they are not all there."""
    first = int(passage.ends.searchsorted(start, side="right"))
    last = int(passage.starts.searchsorted(end, side="left")) - 1
    if first > last or passage.starts[0] > start or passage.ends[-1] < end:
        return None
    while first > 0 and not passage.opens[first]:
        first -= 1
    while last < len(passage) - 1 and not passage.closes[last]:
        last += 1
    return first, last


def _touches(window: Window, example: Example) -> bool:
    first, last = int(window.passage.starts[0]), int(window.passage.ends[-1])
    return any(start < last and end > first for start, end in example.spans)
