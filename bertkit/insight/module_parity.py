"""One module, or one final answer, beside the original's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bertkit.insight.band import RowSpan
from bertkit.insight.subject import Array


@dataclass(frozen=True)
class ModuleParity:
    """One module of the original beside the layer of the file that computes the same.

    Attributes:
        layer: of the file.
        original: the module's name.
        max_error: largest absolute difference, padding left out.
        cosine: of the angle between both outputs as vectors; 1 means the same direction.
        snr_db: power of the original over that of the difference, in decibels; infinite where both are equal.
        above: whether `max_error` is above the tolerance.
    """

    layer: str
    original: str
    max_error: float
    cosine: float
    snr_db: float
    above: bool

    @classmethod
    def of(cls, layer: str, original: str, found: Array, wanted: Array, tolerance: float) -> ModuleParity:
        """Compare two arrays of one shape."""
        ours, theirs = found.astype(np.float64).ravel(), wanted.astype(np.float64).ravel()
        difference = ours - theirs
        error = float(np.abs(difference).max(initial=0.0))
        noise, signal = float(difference @ difference), float(theirs @ theirs)
        lengths = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
        cosine = 1.0 if noise == 0 else float(ours @ theirs) / lengths if lengths > 0 else 0.0
        snr = float("inf") if noise == 0 else 10 * float(np.log10(signal / noise)) if signal > 0 else float("-inf")
        return cls(layer, original, error, cosine, snr, not error <= tolerance)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values; an SNR that is not finite is None."""
        return {**vars(self), "snr_db": self.snr_db if np.isfinite(self.snr_db) else None}


@dataclass(frozen=True)
class AnswerParity:
    """The final answer of one engine beside the original's.

    Attributes:
        engine: its name.
        settings: what it runs with: device, precision, threads.
        max_error: largest absolute difference of a start or end logit, padding left out.
        answer: the best span.
        same: whether it is the original's.
    """

    engine: str
    settings: str
    max_error: float
    answer: RowSpan
    same: bool

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {**vars(self), "answer": self.answer.to_json()}
