"""A Hugging Face question-answering checkpoint: configuration, weights, tokenizer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from bertkit.bert.card import Card, read_card
from bertkit.bert.hub import locate
from bertkit.bert.tensors import WEIGHT_FILES, Tensors
from bertkit.bert.tokenizer import TOKENIZER_FILES, load_tokenizer
from bertkit.errors import CheckpointError, FileError, UnsupportedError

SUPPORTED_FAMILIES = ("albert", "bert", "distilbert", "electra", "mobilebert", "roberta")

_CONFIG = "config.json"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk. Only its configuration is in memory; weights and tokenizer are read when asked for.

    Attributes:
        folder: where it is.
        config: contents of `config.json`.
        tensors: weights by name.
        hub_id: what it was fetched by; None for a local folder.
    """

    folder: Path
    config: dict[str, Any]
    tensors: Tensors
    hub_id: str | None = None

    @classmethod
    def open(cls, checkpoint: str | Path, *, with_head: bool = True) -> Checkpoint:
        """Open a checkpoint of a supported family that answers questions.

        Args:
            checkpoint: a folder, or an id on the Hugging Face hub.
            with_head: whether it must answer questions already; an encoder that is to learn it need not.

        Raises:
            FileError: it cannot be found or fetched, or a file is truncated or malformed.
            CheckpointError: the folder is no checkpoint, or one that does not answer questions.
            UnsupportedError: the model is of another family.
        """
        folder = locate(checkpoint)
        config = _read_config(folder)
        _check_family(folder, config)
        tensors = Tensors.open(folder)
        if with_head:
            _check_head(folder, config, tensors)
        return cls(folder, config, tensors, None if Path(checkpoint).is_dir() else str(checkpoint))

    @property
    def family(self) -> str:
        """One of `SUPPORTED_FAMILIES`."""
        return str(self.config["model_type"])

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, with truncation and padding off.

        Raises:
            CheckpointError: the checkpoint has none.
            FileError: its files are malformed.
        """
        return load_tokenizer(self.folder)

    @cached_property
    def card(self) -> Card:
        """What the checkpoint says of its own origin."""
        return read_card(self.folder, self.config, self.hub_id)


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / _CONFIG
    if not path.is_file():
        raise CheckpointError(
            f"{folder} is not a Hugging Face checkpoint: it has no {_CONFIG}. A checkpoint has {_CONFIG}, weights "
            f"({' or '.join(WEIGHT_FILES)}) and a tokenizer ({' or '.join(TOKENIZER_FILES)})."
        )
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{path} is not JSON: {error}. Download the checkpoint again.") from error
    if not isinstance(config, dict):
        raise FileError(
            f"{path} must hold a JSON object, found {type(config).__name__}. Download the checkpoint again."
        )
    return config


def _check_family(folder: Path, config: dict[str, Any]) -> None:
    family = config.get("model_type")
    if family is None:
        raise CheckpointError(f'{folder / _CONFIG} has no "model_type". Supported: {", ".join(SUPPORTED_FAMILIES)}.')
    if family not in SUPPORTED_FAMILIES:
        raise UnsupportedError(
            f'{folder} is a model of the family "{family}", which is not supported. '
            f"Supported: {', '.join(SUPPORTED_FAMILIES)}."
        )


def _check_head(folder: Path, config: dict[str, Any], tensors: Tensors) -> None:
    if "qa_outputs.weight" not in tensors:
        stated = config.get("architectures")
        architecture = ", ".join(map(str, stated)) if isinstance(stated, list) else "no architecture stated"
        raise CheckpointError(
            f"{folder} does not answer questions: its {len(tensors)} tensors ({architecture}) hold no "
            "qa_outputs.weight. Pass a checkpoint that was fine-tuned for extractive question answering."
        )
