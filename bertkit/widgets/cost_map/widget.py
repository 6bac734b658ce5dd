"""A cost map in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bertkit.coreml import Package
from bertkit.errors import InputError
from bertkit.insight.cost import Cost
from bertkit.insight.measure import RUNS
from bertkit.insight.workload import Workload
from bertkit.inspect.atlas import atlas_of
from bertkit.widgets.cost_map.panel import CostPanel
from bertkit.widgets.widget import Widget


class CostMap(Widget):
    """Measured milliseconds of every layer on this machine, rolled up to modules; row lengths compared.

    Args:
        model: path of a `.mlmodel` or `.mlpackage`, any that bertkit runs; the embedded reader when None.
        lengths: tokens in the rows to measure; None for the longest. Only for readers.

    Raises:
        FileError: nothing is there, or it is no Core ML model.
        ModelError: it breaks the specification so that it cannot be described.
        InputError: the model has no such row length.

    Example:
        >>> from bertkit.widgets import CostMap, ModelMap  # doctest: +SKIP
        >>> costs = CostMap("reader.mlpackage")  # doctest: +SKIP
        >>> costs.measure(runs=10)  # doctest: +SKIP
        >>> ModelMap("reader.mlpackage", measures={"time ms": costs.by_layer()})  # doctest: +SKIP
    """

    def __init__(self, model: str | Path | None = None, lengths: Sequence[int] | None = None) -> None:
        from bertkit.resources import default_model

        package = Package.open(default_model() if model is None else model)
        self._costs = CostPanel(atlas_of(package), Workload.of(package), lengths)
        super().__init__(self._costs)
        self._costs.on_change = self.refresh

    @property
    def costs(self) -> list[Cost]:
        """What was measured, by row length in ascending order."""
        return list(self._costs.costs)

    def measure(self, lengths: Sequence[int] | None = None, runs: int = RUNS) -> list[Cost]:
        """Measure now, wait for the result, and show it.

        Args:
            lengths: tokens in the rows; None for those the map was made with.
            runs: how many to count.

        Raises:
            InputError: a length is outside the model's, or `runs` is less than 1.
            UnsupportedError: the model is not run here.
        """
        return self._costs.run(lengths, runs)

    def by_layer(self, length: int | None = None) -> dict[str, float]:
        """Return the median milliseconds of every layer, as `ModelMap` takes them.

        Args:
            length: tokens in the row; None for the longest that was measured.

        Raises:
            InputError: that was not measured.
        """
        for cost in reversed(self._costs.costs):
            if length is None or cost.length == length:
                return {name: cost.layer(name).median_ms for name in cost.layers}
        wanted = "Nothing" if length is None else f"Nothing of {length} tokens"
        raise InputError(f"{wanted} is measured yet. Call .measure() first.")

    def to_frame(self) -> Any:
        """Return every measured layer as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [
            {"length": cost.length, "layer": name, **cost.layer(name).to_json()}
            for cost in self._costs.costs
            for name in cost.layers
        ]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)
