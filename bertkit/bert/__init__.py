"""BERT as modules that emit MIL: from a Hugging Face checkpoint to a Core ML file."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bertkit.bert.checkpoint import Checkpoint as Checkpoint
    from bertkit.bert.conversion import Conversion as Conversion
    from bertkit.bert.conversion import convert as convert
    from bertkit.bert.settings import PairTemplate as PairTemplate
    from bertkit.bert.settings import ReaderSettings as ReaderSettings

_HOME = {
    "Checkpoint": "bertkit.bert.checkpoint",
    "Conversion": "bertkit.bert.conversion",
    "PairTemplate": "bertkit.bert.settings",
    "ReaderSettings": "bertkit.bert.settings",
    "convert": "bertkit.bert.conversion",
}

__all__ = ["Checkpoint", "Conversion", "PairTemplate", "ReaderSettings", "convert"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
