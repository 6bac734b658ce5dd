"""What a checkpoint says of its own origin."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertkit.errors import CheckpointError

RECORD_FILE = "training.json"
_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(\n|\Z)", re.DOTALL)
_LICENSE = re.compile(r"^license:[ \t]*[\"']?([^\s\"']+)", re.MULTILINE)


@dataclass(frozen=True)
class Card:
    """Origin of a checkpoint; empty strings where it is not stated.

    Attributes:
        source: hub id, or the name that the configuration states.
        author: owner part of the hub id.
        license: as the model card states it, for example `apache-2.0`.
        training: the record that `bertkit train` left beside the weights, JSON on one line.
    """

    source: str
    author: str
    license: str
    training: str


def read_card(folder: Path, config: dict[str, Any], hub_id: str | None) -> Card:
    """Collect a checkpoint's origin from what stands in its folder.

    Its configuration may name a source, the front matter of its `README.md` a license, and `training.json` is the
    record of a training.

    Args:
        folder: the checkpoint.
        config: contents of `config.json`.
        hub_id: what the checkpoint was fetched by, if it was.

    Raises:
        CheckpointError: the record of the training is no JSON.
    """
    stated = config.get("_name_or_path")
    source = hub_id if hub_id is not None else stated if isinstance(stated, str) else ""
    author = source.split("/")[0] if source.count("/") == 1 and not Path(source).is_absolute() else ""
    return Card(source, author, _license(folder / "README.md"), _training(folder / RECORD_FILE))


def _license(readme: Path) -> str:
    if not readme.is_file():
        return ""
    front_matter = _FRONT_MATTER.match(readme.read_text("utf-8", errors="replace"))
    found = _LICENSE.search(front_matter.group(1)) if front_matter is not None else None
    return found.group(1) if found is not None else ""


def _training(record: Path) -> str:
    if not record.is_file():
        return ""
    try:
        return json.dumps(json.loads(record.read_bytes()), separators=(",", ":"))
    except ValueError as error:
        raise CheckpointError(f"{record} is no record of a training: {error}. Mend or remove it.") from error
