"""The Quick, Draw! drawings that the drawing model is made from, and which of them it never sees."""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from pathlib import Path

import numpy as np

from bertkit.drawing import Drawing

CREDIT = "The Quick, Draw! Dataset, Google, CC BY 4.0"
HELD_BACK_CLASSES = 64
HELD_BACK_DRAWINGS = 2
_SEED = 7


def read_drawings(path: Path) -> dict[str, list[Drawing]]:
    """Return the drawings of each class, both in the order of the file (`.ndjson.xz`, simplified form)."""
    drawings: dict[str, list[Drawing]] = defaultdict(list)
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            drawings[row["word"]].append(Drawing.of(row["drawing"]))
    return dict(drawings)


def held_back_classes(words: list[str]) -> list[str]:
    """Return the classes that no drawing is trained on: a random choice that is always the same."""
    chosen = np.random.default_rng(_SEED).choice(sorted(words), HELD_BACK_CLASSES, replace=False)
    return sorted(str(word) for word in chosen)
