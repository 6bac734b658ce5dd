"""A file from which an interrupted update goes on as if nothing had happened."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.update.progress import Progress
from bertkit.coreml.update.semantics import Semantics
from bertkit.errors import FileError, InputError
from bertkit.files import write_atomically

Array = NDArray[Any]
_HEADER = "header"
_FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """An update between two mini-batches.

    Attributes:
        base: digest of the model before the update.
        data: digest of the examples.
        semantics: how what the specification leaves open is computed.
        configured: the parameters that the update began with, by the key's text.
        parameters: those in force.
        progress: where it is.
        state: of the trainer.
    """

    base: str
    data: str
    semantics: dict[str, Any]
    configured: dict[str, Any]
    parameters: dict[str, Any]
    progress: Progress
    state: Mapping[str, Array]

    def save(self, path: Path) -> None:
        """Write it so that the file at `path` is always a whole one, the old or the new.

        Raises:
            FileError: it cannot be written; what was there is as it was.
        """
        header = {
            "format": _FORMAT,
            "base": self.base,
            "data": self.data,
            "semantics": self.semantics,
            "configured": self.configured,
            "parameters": self.parameters,
            "progress": self.progress.to_json(),
        }
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **{_HEADER: np.asarray(json.dumps(header)), **self.state})
        try:
            write_atomically(path, content.getvalue())
        except OSError as error:
            raise FileError(f"The checkpoint {path} cannot be written: {error}.") from error

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Read one.

        Raises:
            FileError: it is missing, damaged, or no checkpoint of this format.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                header = json.loads(str(arrays[_HEADER]))
                state = {name: arrays[name] for name in arrays.files if name != _HEADER}
            if header.pop("format") != _FORMAT:
                raise ValueError("it is of another version")
            progress = Progress.from_json(header.pop("progress"))
            return cls(**header, progress=progress, state=state)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise FileError(
                f"{path} cannot be read as a checkpoint of an update: {error}. Delete it to begin anew."
            ) from error

    def check_of(self, base: str, data: str, semantics: Semantics) -> None:
        """Refuse a checkpoint of another update.

        Raises:
            InputError: it is of another model, of other examples, or of another meaning of training.
        """
        if self.base != base:
            raise InputError("The checkpoint is of another model. Name another checkpoint, or delete it to begin anew.")
        if self.data != data:
            raise InputError("The checkpoint is of other examples. Name another checkpoint, or delete it.")
        if self.semantics != semantics.to_json():
            raise InputError(
                f"The checkpoint was trained with the settings {self.semantics}; now they are {semantics.to_json()}. "
                "Use the same ones, or delete it to begin anew."
            )

    def in_force(self, configured: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters to go on with: those in force then, but for what is configured otherwise now."""
        changed = {name: value for name, value in configured.items() if self.configured.get(name) != value}
        return {**self.parameters, **changed}
