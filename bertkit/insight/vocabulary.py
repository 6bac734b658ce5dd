"""The pieces of a tokenizer, and the special ones by what they are for."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer's pieces by id.

    Attributes:
        tokenizer: looked up in.
        unknown_id: stands for what has no piece; None where there is none.
        mask_id: stands for a hidden token; None where there is none.
    """

    tokenizer: Tokenizer
    unknown_id: int | None
    mask_id: int | None

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Vocabulary:
        """Find the special tokens of a tokenizer: `[MASK]`, `<mask>` and the like."""
        added = {
            token.content.strip("[]<>").lower(): token_id
            for token_id, token in tokenizer.get_added_tokens_decoder().items()
        }
        stated = getattr(tokenizer.model, "unk_token", None)  # SentencePiece's models have no such attribute
        unknown = added.get("unk") if stated is None else tokenizer.token_to_id(stated)
        return cls(tokenizer, unknown, added.get("mask"))

    def piece(self, token_id: int) -> str:
        """Return the piece of an id as the vocabulary spells it; empty for an id that it lacks."""
        piece = self.tokenizer.id_to_token(token_id)
        return "" if piece is None else str(piece)
