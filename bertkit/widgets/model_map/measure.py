"""Numbers measured per layer that a map may color and sort by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One kind of number.

    Attributes:
        name: `time`, `error`, `change`, ...
        unit: `ms`; empty for none.
        by_layer: the number of each layer that has one, by the layer's name in the file.
        note: how it was measured, in words.
    """

    name: str
    unit: str
    by_layer: Mapping[str, float]
    note: str = ""
