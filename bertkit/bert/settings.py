"""What a Core ML file must carry so that it alone can answer questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bertkit.errors import ModelError

READER_KEY = "org.bertkit.reader"
MODULES_KEY = "org.bertkit.modules"
TOKENIZER_KEY = "org.bertkit.tokenizer"

SETTINGS_VERSION = 1


@dataclass(frozen=True)
class PairTemplate:
    """How a question and a passage become one row of token ids: prefix, question, middle, passage, suffix, padding.

    Attributes:
        prefix_ids: before the question, for example `[CLS]`.
        middle_ids: between question and passage, for example `[SEP]`.
        suffix_ids: after the passage, for example `[SEP]`.
        pad_id: fills the row up to its length.
        question_type: token type of the prefix, the question and the middle.
        passage_type: token type of the passage and the suffix; padding has type 0.
    """

    prefix_ids: tuple[int, ...]
    middle_ids: tuple[int, ...]
    suffix_ids: tuple[int, ...]
    pad_id: int
    question_type: int
    passage_type: int

    @property
    def special_count(self) -> int:
        """How many tokens of every row belong to neither the question nor the passage."""
        return len(self.prefix_ids) + len(self.middle_ids) + len(self.suffix_ids)


@dataclass(frozen=True)
class ReaderSettings:
    """The reader's half of a Core ML file's metadata.

    Attributes:
        family: `bert`, `distilbert`, `roberta`, `electra`, `albert` or `mobilebert`.
        lengths: row lengths in tokens, ascending; where the file takes a range of lengths, those between them as well.
        max_batch: the most rows in one prediction.
        inputs: names of the model's inputs, in order.
        pair: how rows are put together.
        temperature: logits are divided by it before a softmax; 1 means uncalibrated.
        null_threshold: a passage has no answer when its null score exceeds the best span's by more than this.
    """

    family: str
    lengths: tuple[int, ...]
    max_batch: int
    inputs: tuple[str, ...]
    pair: PairTemplate
    temperature: float = 1.0
    null_threshold: float = 0.0

    def to_json(self) -> str:
        """Return the settings as one line of JSON, with the version of the form they are written in."""
        return json.dumps({"version": SETTINGS_VERSION, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ReaderSettings:
        """Read what `to_json` wrote.

        Raises:
            ModelError: the text is no JSON object, a field is missing or malformed, or the version is a newer one.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ModelError(f'The metadata "{READER_KEY}" must be JSON: {error}. Convert the model again.') from error
        _check_version(values)
        try:
            return _settings(values)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f'The metadata "{READER_KEY}" (version {SETTINGS_VERSION}) is malformed: '
                f"{type(error).__name__} {error}. Convert the model again."
            ) from error

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> ReaderSettings:
        """Read the settings from a model's user-defined metadata.

        Raises:
            ModelError: the model carries none, or as `from_json`.
        """
        if READER_KEY not in metadata:
            raise ModelError(
                f'This model cannot answer questions: its metadata has no "{READER_KEY}". '
                "Convert a question-answering checkpoint with: bertkit convert"
            )
        return cls.from_json(metadata[READER_KEY])


def _check_version(values: object) -> None:
    if not isinstance(values, dict) or not isinstance(values.get("version"), int):
        raise ModelError(
            f'The metadata "{READER_KEY}" must be a JSON object with a "version". Convert the model again.'
        )
    if values["version"] > SETTINGS_VERSION:
        raise ModelError(
            f'The metadata "{READER_KEY}" has version {values["version"]}; this bertkit reads versions up to '
            f"{SETTINGS_VERSION}. Upgrade with: pip install --upgrade bertkit"
        )


def _settings(values: Mapping[str, Any]) -> ReaderSettings:
    pair = values["pair"]
    return ReaderSettings(
        family=str(values["family"]),
        lengths=tuple(int(length) for length in values["lengths"]),
        max_batch=int(values["max_batch"]),
        inputs=tuple(str(name) for name in values["inputs"]),
        pair=PairTemplate(
            prefix_ids=tuple(int(token) for token in pair["prefix_ids"]),
            middle_ids=tuple(int(token) for token in pair["middle_ids"]),
            suffix_ids=tuple(int(token) for token in pair["suffix_ids"]),
            pad_id=int(pair["pad_id"]),
            question_type=int(pair["question_type"]),
            passage_type=int(pair["passage_type"]),
        ),
        temperature=float(values["temperature"]),
        null_threshold=float(values["null_threshold"]),
    )
