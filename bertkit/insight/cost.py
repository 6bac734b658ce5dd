"""Where the time goes: measured milliseconds of every layer, rolled up to modules.

The portable torch engine is measured, operation by operation, in float32. Other engines fuse operations, so their time
cannot be split this way; their own totals are measured with `benchmarks/`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.names import SEPARATOR
from bertkit.errors import InputError
from bertkit.insight.machine import Machine
from bertkit.insight.text import bar, table

_GAP = 0.10


@dataclass(frozen=True)
class Timing:
    """Milliseconds over several runs.

    Attributes:
        median_ms: the middle run.
        low_ms: a quarter of the runs took less.
        high_ms: a quarter of the runs took more.
    """

    median_ms: float
    low_ms: float
    high_ms: float

    @classmethod
    def of(cls, milliseconds: NDArray[np.float64]) -> Timing:
        """Summarize runs, [runs]."""
        low, median, high = np.percentile(milliseconds, (25, 50, 75))
        return cls(float(median), float(low), float(high))

    def to_json(self) -> dict[str, float]:
        """Return the timing as plain values."""
        return dict(vars(self))

    def __str__(self) -> str:
        return f"{self.median_ms:.2f} ms ({self.low_ms:.2f}-{self.high_ms:.2f})"


@dataclass(frozen=True, eq=False)
class Cost:
    """Measured time of one set of inputs.

    Attributes:
        shapes: of the inputs, by name.
        layers: names, in order of computation.
        milliseconds: [runs, layers] float64.
        whole: the same graph run without measuring its layers, in turn with the runs above.
        warm_up: runs before that were not counted.
        machine: what it ran on.
    """

    shapes: Mapping[str, tuple[int, ...]]
    layers: tuple[str, ...]
    milliseconds: NDArray[np.float64] = field(repr=False)
    whole: Timing
    warm_up: int
    machine: Machine

    @property
    def length(self) -> int | None:
        """Tokens in the row; None for a model that is no reader."""
        shape = self.shapes.get("input_ids")
        return None if shape is None else shape[1]

    @property
    def runs(self) -> int:
        """How many runs were counted."""
        return len(self.milliseconds)

    @property
    def parts(self) -> Timing:
        """All layers together."""
        return Timing.of(self.milliseconds.sum(axis=1))

    @property
    def gap(self) -> float:
        """By what share of the whole the layers together differ from it; above 0 where they take longer."""
        return self.parts.median_ms / self.whole.median_ms - 1

    @property
    def gapped(self) -> bool:
        """Whether the sum of the parts is over 10 % away from the whole."""
        return abs(self.gap) > _GAP

    def layer(self, name: str) -> Timing:
        """Return the time of one layer.

        Raises:
            InputError: there is no such layer.
        """
        if name not in self.layers:
            raise InputError(f'No layer "{name}" was measured among {len(self.layers)}.')
        return Timing.of(self.milliseconds[:, self.layers.index(name)])

    def together(self, names: Collection[str]) -> Timing | None:
        """Return the time of several layers, run by run; None where none of them was measured."""
        wanted = frozenset(names)
        columns = [column for column, name in enumerate(self.layers) if name in wanted]
        return Timing.of(self.milliseconds[:, columns].sum(axis=1)) if columns else None

    def module(self, path: str) -> Timing:
        """Return the time of a module, everything inside included; of the whole model for an empty path.

        Raises:
            InputError: there is no such module.
        """
        inside = f"{path}{SEPARATOR}"
        found = self.together([name for name in self.layers if not path or name.startswith(inside)])
        if found is None:
            raise InputError(f'No layer of a module "{path}" was measured among {len(self.layers)}.')
        return found

    @property
    def modules(self) -> tuple[str, ...]:
        """Paths of all modules that hold measured layers, parents first; the model itself is the empty path."""
        paths: dict[str, None] = {"": None}
        for layer in self.layers:
            parts = layer.split(SEPARATOR)
            paths.update((SEPARATOR.join(parts[:depth]), None) for depth in range(1, len(parts)))
        return tuple(paths)

    @property
    def statement(self) -> str:
        """How the sum of the parts compares with the whole, in words."""
        said = f"The layers together take {self.parts}, the whole run {self.whole}: a gap of {self.gap:+.0%}."
        if not self.gapped:
            return said
        return f"{said} That is more than {_GAP:.0%}: take the shares, not the milliseconds, at their word."

    def to_json(self) -> dict[str, Any]:
        """Return the measurement as plain values; `milliseconds` stays an array."""
        return {
            "length": self.length,
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "runs": self.runs,
            "warm_up": self.warm_up,
            "machine": self.machine.to_json(),
            "whole": self.whole.to_json(),
            "parts": self.parts.to_json(),
            "gap": self.gap,
            "statement": self.statement,
            "layers": {name: self.layer(name).to_json() for name in self.layers},
            "modules": {path: self.module(path).to_json() for path in self.modules},
            "milliseconds": self.milliseconds,
        }

    def __str__(self) -> str:
        total = self.parts.median_ms
        shapes = ", ".join(f"{name} {' x '.join(map(str, shape))}" for name, shape in self.shapes.items())
        rows = [
            (
                f"{'  ' * path.count(SEPARATOR)}{path.rpartition(SEPARATOR)[2]}",
                f"{timing.median_ms:.3f}",
                f"{timing.low_ms:.3f}-{timing.high_ms:.3f}",
                f"{timing.median_ms / total:.1%}",
                bar(timing.median_ms / total),
            )
            for path in self.modules
            if path
            for timing in [self.module(path)]
        ]
        return "\n".join(
            [
                f"{shapes}: {self.runs} runs after {self.warm_up} to warm up; {self.machine}",
                self.statement,
                table(("module", "ms", "middle half", "share", ""), rows),
            ]
        )
