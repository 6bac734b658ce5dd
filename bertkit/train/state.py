"""A training on disk: everything that it needs to go on as if it had not been interrupted. Imports torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from bertkit.dependencies import require
from bertkit.errors import FileError
from bertkit.files import replaced_folder, write_atomically
from bertkit.train.average import Average
from bertkit.train.origin import Origin
from bertkit.train.progress import Progress

_FORMAT = 1
_TENSORS, _HEADER = "state.safetensors", "state.json"
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Trained:
    """What changes in a training.

    Attributes:
        learner: network and what the stage adds to it.
        optimizer: AdamW over it.
        average: of its weights.
    """

    learner: nn.Module
    optimizer: torch.optim.AdamW
    average: Average


def save(folder: Path, trained: Trained, progress: Progress, origin: Origin) -> None:
    """Write a training so that the folder always holds a whole one, the old or the new.

    Raises:
        FileError: it cannot be written; what was there is as it was.
    """
    safetensors = require("safetensors.torch", "convert", "write a training's state")
    header = {"format": _FORMAT, "origin": origin.to_json(), "progress": progress.to_json()}
    try:
        with replaced_folder(folder) as staging:
            write_atomically(staging / _TENSORS, safetensors.save(_tensors(trained)))
            write_atomically(staging / _HEADER, json.dumps(header).encode())
    except OSError as error:
        raise FileError(f"The training's state {folder} cannot be written: {error}.") from error


def load(folder: Path, trained: Trained, origin: Origin) -> Progress:
    """Put a training's state back in place and return where it was.

    Raises:
        FileError: there is none, or it is damaged.
        InputError: it is of another origin.
    """
    safetensors = require("safetensors.torch", "convert", "read a training's state")
    try:
        header = json.loads((folder / _HEADER).read_text("utf-8"))
        if header["format"] != _FORMAT:
            raise ValueError("it is of another version")
        progress, kept = Progress.from_json(header["progress"]), header["origin"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{folder} cannot be read as a training's state: {error}. Delete it to begin anew.") from error
    origin.check(kept)
    try:
        _put(safetensors.load_file(folder / _TENSORS), trained, progress.step)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise FileError(f"{folder} cannot be read as a training's state: {error}. Delete it to begin anew.") from error
    return progress


def _tensors(trained: Trained) -> dict[str, torch.Tensor]:
    named = {f"weights/{name}": value for name, value in trained.learner.state_dict().items()}
    named |= {f"average/{name}": value for name, value in trained.average.values.items()}
    states = trained.optimizer.state_dict()["state"]
    named |= {f"{moment}/{index}": state[moment] for index, state in states.items() for moment in _MOMENTS}
    return {name: value.detach().cpu().contiguous().clone() for name, value in named.items()}


@torch.no_grad()
def _put(tensors: dict[str, torch.Tensor], trained: Trained, step: int) -> None:
    parts: dict[str, dict[str, torch.Tensor]] = {"weights": {}, "average": {}, **{moment: {} for moment in _MOMENTS}}
    for key, value in tensors.items():
        part, _, name = key.partition("/")
        parts[part][name] = value
    trained.learner.load_state_dict(parts["weights"])
    for name, value in trained.average.values.items():
        value.copy_(parts["average"][name])
    optimizer = trained.optimizer.state_dict()
    optimizer["state"] = {
        int(index): {"step": torch.tensor(float(step)), **{moment: parts[moment][index] for moment in _MOMENTS}}
        for index in parts[_MOMENTS[0]]
    }
    trained.optimizer.load_state_dict(optimizer)
