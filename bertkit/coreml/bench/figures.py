"""What was measured."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figures:
    """One engine in one precision.

    Attributes:
        engine: as in `Configuration.engine`.
        precision: as in `Configuration.precision`.
        settings: what the engine says it runs with; empty where it was refused.
        load_ms: opening the model and making it ready, with everything imported and compiled for it.
        reload_ms: the same again, with what was compiled taken from the cache.
        first_ms: the first prediction.
        p50_ms: half of the steady predictions took at most so long.
        p95_ms: and 95 of 100 so long.
        runs: how many steady predictions were timed.
        memory_mb: most memory that the process held, over what it held before loading; None where that is not known.
        error: largest absolute difference of a number among the outputs from torch in float32.
        relative_error: that over the largest absolute number of the same output.
        labels_differ: whether a label is another one than that of torch in float32.
        refused: why this machine or this engine does not do it; empty where it does.
    """

    engine: str
    precision: str
    settings: str = ""
    load_ms: float = 0.0
    reload_ms: float = 0.0
    first_ms: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    runs: int = 0
    memory_mb: float | None = None
    error: float = 0.0
    relative_error: float = 0.0
    labels_differ: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Bench:
    """All figures of one model.

    Attributes:
        model: its path.
        inputs: each input with the shape or the kind of value it was measured with.
        figures: torch in float32 first: it is what the others are compared with.
    """

    model: str
    inputs: dict[str, str]
    figures: tuple[Figures, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON holds them: errors that are not finite as None."""
        return {**asdict(self), "figures": [_finite(asdict(figures)) for figures in self.figures]}

    def to_frame(self) -> Any:
        """Return the figures as a `pandas.DataFrame`, one row an engine and precision.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        pandas = require("pandas", extra="notebook", purpose="return tables")
        return pandas.DataFrame([asdict(figures) for figures in self.figures])

    def __str__(self) -> str:
        inputs = ", ".join(f"{name} {shape}" for name, shape in self.inputs.items())
        lines = [f"{self.model}: {inputs}", _line(*_HEADINGS), *(_row(figures) for figures in self.figures)]
        return "\n".join(lines)


def _finite(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in figures.items()
    }


_HEADINGS = ("engine", "precision", "load ms", "again", "first", "p50 ms", "p95 ms", "memory MB", "error", "relative")
_WIDTHS = (9, 10, 9, 9, 9, 9, 9, 10, 9, 9)


def _row(figures: Figures) -> str:
    if figures.refused:
        return f"{figures.engine:<9} {figures.precision:<10} {figures.refused}"
    times = (figures.load_ms, figures.reload_ms, figures.first_ms, figures.p50_ms, figures.p95_ms)
    memory = "?" if figures.memory_mb is None else f"{figures.memory_mb:.0f}"
    errors = (f"{figures.error:.2g}", f"{figures.relative_error:.2g}")
    note = "  another label" if figures.labels_differ else ""
    return _line(figures.engine, figures.precision, *(f"{time:.1f}" for time in times), memory, *errors) + note


def _line(*cells: str) -> str:
    named, numbers = cells[:2], cells[2:]
    left = [f"{cell:<{width}}" for cell, width in zip(named, _WIDTHS, strict=False)]
    return " ".join([*left, *(f"{cell:>{width}}" for cell, width in zip(numbers, _WIDTHS[2:], strict=True))])
