"""Train a reader: a BERT checkpoint learns to answer questions, or becomes better at it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bertkit.train.recipes import recipe as recipe
    from bertkit.train.settings import Settings as Settings
    from bertkit.train.training import Training as Training
    from bertkit.train.training import train as train

_HOME = {
    "Settings": "bertkit.train.settings",
    "Training": "bertkit.train.training",
    "recipe": "bertkit.train.recipes",
    "train": "bertkit.train.training",
}

__all__ = ["Settings", "Training", "recipe", "train"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
