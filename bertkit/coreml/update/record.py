"""The record of updates that a personalized model carries in its metadata."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from bertkit.errors import ModelError

KEY = "org.bertkit.updates"


@dataclass(frozen=True)
class UpdateRecord:
    """What was done to a model in one update.

    It holds no time and no machine, so that equal updates give equal files.

    Attributes:
        base: digest of the model before it.
        data: digest of the examples.
        examples: how many there were.
        epochs: how many were learned whole.
        parameters: name to the value in force at the end, seed included.
        semantics: how what the specification leaves open was computed.
        loss: mean of each epoch.
        bertkit: version of this package.
    """

    base: str
    data: str
    examples: int
    epochs: int
    parameters: dict[str, Any]
    semantics: dict[str, Any]
    loss: tuple[float, ...]
    bertkit: str

    def append_to(self, specification: Any) -> None:
        """Write this record behind those of earlier updates."""
        records = [*update_records(specification), self]
        text = json.dumps([asdict(record) for record in records], separators=(",", ":"))
        specification.description.metadata.userDefined[KEY] = text


def update_records(specification: Any) -> list[UpdateRecord]:
    """Return the records of a model's updates, the first one first.

    Raises:
        ModelError: what the file holds under this key is no such record.
    """
    text = specification.description.metadata.userDefined.get(KEY, "[]")
    try:
        return [UpdateRecord(**{**record, "loss": tuple(record["loss"])}) for record in json.loads(text)]
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The metadata under {KEY} is no list of updates: {error}. Remove that entry.") from error
