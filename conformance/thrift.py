"""Less of what coremltools' tests spend much of their time on, and what decides no outcome."""

from __future__ import annotations

import gc

import coremltools.converters._converters_entry as converters
import numpy as np

_MODELS_A_COLLECTION = 20
_VALUES_SHOWN = 24


class SeldomCollector:
    """Stands for the module `gc` where it is called after every model: collects after every so many."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._asked = 0

    def collect(self) -> int:
        """Collect if it is time to; return how many objects could not be reached."""
        self._asked += 1
        return 0 if self._asked % self._every else gc.collect()


def install() -> None:
    """Collect garbage seldom."""
    converters.gc = SeldomCollector(_MODELS_A_COLLECTION)


def shorten_arrays() -> None:
    """Write arrays in short, as is done for messages of assertions that hold; names of cases must be written before."""
    np.set_printoptions(threshold=_VALUES_SHOWN)
