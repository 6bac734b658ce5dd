"""The file's tokenizer beside the one that transformers makes of the checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bertkit.dependencies import require
from bertkit.insight.text import shortened, table
from bertkit.insight.vocabulary import Vocabulary
from bertkit.qa import Document, Reader
from bertkit.qa.encoding import Tokens

Part = Literal["question", "passage"]
Side = Literal["file", "transformers"]

_SHOWN = 20
_SHOWN_CHARACTERS = 40

_Placed = tuple[int, int, int]
"""First character, character after the last, id."""


@dataclass(frozen=True)
class TokenizerDifference:
    """A token that only one of the two tokenizers makes.

    Attributes:
        part: where it is.
        side: who makes it.
        piece: as the vocabulary spells it.
        id: in the vocabulary.
        start: offset of its first character.
        end: offset after its last character.
        text: its characters.
    """

    part: Part
    side: Side
    piece: str
    id: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class TokenizerParity:
    """Both tokenizers on one question and one document.

    Attributes:
        tokens: how many the file's makes of question and document.
        differences: in the order of the text, the question first; none where both agree.
    """

    tokens: int
    differences: tuple[TokenizerDifference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {"tokens": self.tokens, "differences": [dict(vars(difference)) for difference in self.differences]}

    def __str__(self) -> str:
        if not self.differences:
            return f"Both tokenizers make the same {self.tokens} tokens."
        rows = (
            (found.part, found.side, found.piece, found.id, f"{found.start}-{found.end}", repr(found.text))
            for found in self.differences[:_SHOWN]
        )
        listed = table(("part", "only from", "piece", "id", "characters", "text"), rows)
        return f"{len(self.differences)} tokens come from one of the tokenizers only, of {self.tokens}:\n{listed}"


def compare_tokenizers(reader: Reader, checkpoint: str | Path, question: str, document: Document) -> TokenizerParity:
    """Tokenize a question and a document both ways, without special tokens.

    Args:
        reader: of the file.
        checkpoint: what it was converted from: a folder, or an id on the Hugging Face hub.
        question: in words.
        document: what it is asked of.

    Raises:
        DependencyError: transformers is not installed.
        FileError: the checkpoint cannot be found or read.
        CheckpointError: it is no question-answering checkpoint.
        InputError: the question is empty.
    """
    from bertkit.bert.checkpoint import Checkpoint
    from bertkit.bert.quiet import quiet

    folder = Checkpoint.open(checkpoint).folder
    transformers = require("transformers", "convert", "compare tokenizers")
    with quiet("transformers"):
        reference = transformers.AutoTokenizer.from_pretrained(str(folder))
    differences: list[TokenizerDifference] = []
    count, asked = 0, question.strip()  # the reader leaves white space around a question out
    parts: list[tuple[Part, str, list[_Placed]]] = [
        ("question", asked, _placed([reader.encoder.question_tokens(asked)])),
        ("passage", document.text, _placed(reader.encoder.document(document))),
    ]
    for part, text, ours in parts:
        count += len(ours)
        with quiet("transformers"):  # it warns of texts longer than a row
            made = reference(text, add_special_tokens=False, return_offsets_mapping=True)
        placed = zip(made["offset_mapping"], made["input_ids"], strict=True)
        theirs = {(start, end, token_id) for (start, end), token_id in placed}
        differences.extend(_differences(reader, part, text, set(ours), theirs))
    return TokenizerParity(count, tuple(differences))


def _placed(pieces: Iterable[Tokens]) -> list[_Placed]:
    return [
        (int(start), int(end), int(token_id))
        for piece in pieces
        for start, end, token_id in zip(piece.starts, piece.ends, piece.ids, strict=True)
    ]


def _differences(
    reader: Reader, part: Part, text: str, ours: set[_Placed], theirs: set[_Placed]
) -> Iterator[TokenizerDifference]:
    vocabulary = Vocabulary.of(reader.encoder.tokenizer)
    for start, end, token_id in sorted(ours ^ theirs):
        side: Side = "file" if (start, end, token_id) in ours else "transformers"
        shown = shortened(text[start:end], _SHOWN_CHARACTERS)
        yield TokenizerDifference(part, side, vocabulary.piece(token_id), token_id, start, end, shown)
