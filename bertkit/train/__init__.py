"""Train a reader: a BERT checkpoint learns to answer questions, or becomes better at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOME)
