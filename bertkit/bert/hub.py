"""Find a checkpoint's folder: on this machine, or on the Hugging Face hub."""

from __future__ import annotations

import re
from pathlib import Path

from bertkit.dependencies import require
from bertkit.errors import FileError

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")

HUB_FILES = (
    "README.md",
    "config.json",
    "merges.txt",
    "model*.safetensors",
    "model.safetensors.index.json",
    "pytorch_model*.bin",
    "pytorch_model.bin.index.json",
    "special_tokens_map.json",
    "spiece.model",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json",
    "vocab.json",
    "vocab.txt",
)
"""What is fetched of a repository on the hub."""


def locate(checkpoint: str | Path) -> Path:
    """Return the folder of a checkpoint, fetching it from the hub where it is not a folder here.

    Args:
        checkpoint: a folder, or a hub id such as `deepset/minilm-uncased-squad2`.

    Raises:
        FileError: it is a file, or neither a folder nor a hub id that can be fetched.
        DependencyError: it must be fetched and huggingface-hub is not installed.
    """
    path = Path(checkpoint)
    if path.is_dir():
        return path
    if path.exists():
        raise FileError(f"{path} is a file; wanted the folder of a Hugging Face checkpoint. Pass the folder it is in.")
    if not _HUB_ID.fullmatch(str(checkpoint)):
        raise FileError(f"There is no checkpoint folder {path}. Check the path, or pass a hub id such as owner/name.")
    return _fetch(str(checkpoint))


def _fetch(hub_id: str) -> Path:
    hub = require("huggingface_hub", "convert", "fetch a checkpoint from the Hugging Face hub")
    try:
        return Path(hub.snapshot_download(hub_id, allow_patterns=list(HUB_FILES)))
    except (
        Exception
    ) as error:  # the hub's client raises a dozen unrelated classes, for no network to no such repository
        raise FileError(
            f'"{hub_id}" is neither a folder here nor could it be fetched from the Hugging Face hub: '
            f"{str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}. "
            "Check the name and the network, or download the checkpoint and pass its folder."
        ) from error
