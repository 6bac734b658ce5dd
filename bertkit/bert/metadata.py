"""What a converted model says of itself."""

from __future__ import annotations

from typing import Any

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.module_map import ModuleNode
from bertkit.bert.options import Target
from bertkit.bert.settings import MODULES_KEY, READER_KEY, TOKENIZER_KEY, ReaderSettings

PREVIEW_KEY = "com.apple.coreml.model.preview.type"
SOURCE_KEY = "org.bertkit.source"
TRAINING_KEY = "org.bertkit.training"

_DESCRIPTIONS = {
    "input_ids": "Token ids of the question and the passage with the separators around them, padded. [batch, sequence]",
    "attention_mask": "1 for tokens, 0 for padding. [batch, sequence]",
    "token_type_ids": "0 for the question, 1 for the passage, 0 for padding. [batch, sequence]",
    "start_logits": "Score of each token as the first of the answer. [batch, sequence]",
    "end_logits": "Score of each token as the last of the answer. [batch, sequence]",
}


def write_metadata(
    specification: Any, checkpoint: Checkpoint, settings: ReaderSettings, modules: ModuleNode, target: Target
) -> None:
    """Fill in a specification's descriptions and metadata.

    Args:
        specification: `Model_pb2.Model`, changed in place.
        checkpoint: where the model came from.
        settings: the reader's.
        modules: the module map of this specification.
        target: what the model was converted to.
    """
    description = specification.description
    for feature in (*description.input, *description.output):
        feature.shortDescription = _DESCRIPTIONS[feature.name]
    compressed = "" if target.compression == "none" else f" and {target.compression}"
    card, metadata = checkpoint.card, description.metadata
    metadata.shortDescription = (
        f"{checkpoint.family} for extractive question answering, {modules.parameter_count:,} parameters, "
        f"{target.precision}{compressed}."
    )
    metadata.author = card.author
    metadata.license = card.license
    values = {
        MODULES_KEY: modules.to_json(),
        PREVIEW_KEY: "bertQA",
        READER_KEY: settings.to_json(),
        TOKENIZER_KEY: checkpoint.tokenizer.to_str(),
    }
    values.update({key: value for key, value in ((SOURCE_KEY, card.source), (TRAINING_KEY, card.training)) if value})
    metadata.userDefined.update(values)
    # The day of the conversion would make equal conversions differ.
    metadata.userDefined.pop("com.github.apple.coremltools.conversion_date", None)
