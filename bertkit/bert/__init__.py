"""BERT as modules that emit MIL: from a Hugging Face checkpoint to a Core ML file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOME)
