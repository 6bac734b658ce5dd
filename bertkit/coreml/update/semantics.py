"""What Core ML leaves open about training, as settings with the meaning that is taken here by default."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Semantics:
    """How numbers are computed where Apple publishes nothing. Every record of an update holds these settings.

    Attributes:
        batch: the gradient of a mini-batch is the `mean` or the `sum` over its examples.
        last_batch: what happens to a last mini-batch that is not full: `keep` or `drop`.
        squared_error: the error of one example is the `mean` or the `sum` over its elements.
        bias_correction: whether Adam corrects its moments for having begun at zero.
    """

    batch: Literal["mean", "sum"] = "mean"
    last_batch: Literal["keep", "drop"] = "keep"
    squared_error: Literal["mean", "sum"] = "mean"
    bias_correction: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)
