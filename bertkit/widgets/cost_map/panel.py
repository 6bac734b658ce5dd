"""The content of a cost map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from bertkit.errors import InputError
from bertkit.insight.cost import Cost
from bertkit.insight.measure import RUNS
from bertkit.insight.workload import Workload
from bertkit.inspect.atlas import Atlas
from bertkit.qa.progress import ProgressCallback
from bertkit.widgets.cost_map import values
from bertkit.widgets.cost_map.static import static_costs
from bertkit.widgets.cost_map.text import text_costs
from bertkit.widgets.cost_map.tree import Node, nodes_of
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.panel import Answer, Json, Method, Request, Task


def _nothing() -> None:
    """Nobody watches."""


class CostPanel:
    """Measured time of every layer, rolled up to modules. Nothing is measured before it is asked for.

    Args:
        atlas: the model's modules and layers.
        workload: the same model, to be measured.
        lengths: tokens in the rows to measure at first; None for the longest. Only for readers.

    Attributes:
        costs: what was measured, by row length in ascending order.
        on_change: called after a measurement.

    Raises:
        InputError: the model has no such row length.
    """

    kind = "cost_map"

    def __init__(self, atlas: Atlas, workload: Workload, lengths: Sequence[int] | None = None) -> None:
        self.atlas = atlas
        self.workload = workload
        self.lengths = workload.lengths[-1:] if lengths is None else tuple(lengths)
        self.costs: list[Cost] = []
        self.on_change: Callable[[], None] = _nothing
        wrong = [length for length in self.lengths if not _within(length, workload.lengths)]
        if wrong:
            raise InputError(
                f"The model takes rows of {list(workload.lengths)} tokens; got lengths={list(self.lengths)}."
            )

    @property
    def title(self) -> str:
        """The file's name."""
        return self.workload.package.path.name

    @cached_property
    def nodes(self) -> list[Node]:
        """The modules and layers."""
        return nodes_of(self.atlas)

    def view(self) -> dict[str, Json]:
        """Return the modules and layers, and what was measured."""
        return {
            "title": self.title,
            "facts": values.facts(self.atlas, self.workload),
            "note": values.NOTE,
            "lengths": sorted({*self.workload.lengths, *self.lengths}),
            "chosen": list(self.lengths),
            "runs": RUNS,
            "nodes": [values.node_values(node) for node in self.nodes],
            "costs": [values.cost_values(self.nodes, cost) for cost in self.costs],
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `measure`."""
        return {"measure": self.measure}

    def measure(self, lengths: str, runs: int) -> Task:
        """Measure every layer.

        Args:
            lengths: tokens in the rows, separated by spaces; empty for the longest, or for a model that is no reader.
            runs: how many to count.

        Raises:
            InputError: lengths are no whole numbers.
        """
        try:
            wanted = [int(length) for length in lengths.split()]
        except ValueError as error:
            raise InputError(f"Row lengths are whole numbers separated by spaces, got {lengths!r}.") from error

        def work(report: Reporter) -> Answer:
            report(0, 0, "opening the layers")
            self.run(wanted, runs, lambda done, total: report(done, total, "measuring, run"))
            return Answer([values.cost_values(self.nodes, cost) for cost in self.costs])

        return Task(work)

    def run(
        self, lengths: Sequence[int] | None = None, runs: int = RUNS, progress: ProgressCallback | None = None
    ) -> list[Cost]:
        """Measure now, and keep the result in place of an earlier one of the same length; see `Workload.measure`."""
        new = self.workload.measure(self.lengths if lengths is None else lengths, runs=runs, progress=progress)
        names = {cost.length for cost in new}
        kept = [cost for cost in self.costs if cost.length not in names]
        self.costs = sorted([*kept, *new], key=lambda cost: cost.length or 0)
        self.on_change()
        return new

    def measures(self) -> list[Measure]:
        """Return the median of every layer as a model map shows it, one measure for each row length."""
        return [
            Measure(
                f"time {values.cost_name(cost)}",
                "ms",
                {name: cost.layer(name).median_ms for name in cost.layers},
                note=f"{', '.join(values.run_facts(cost))}. {cost.statement}",
            )
            for cost in self.costs
        ]

    def recordings(self) -> Iterable[Request]:
        """Return nothing: what was measured is in the view, and a page measures nothing."""
        return ()

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the icicle as a picture, and the modules and slowest layers as tables."""
        return static_costs(self.title, values.facts(self.atlas, self.workload), self.nodes, self.costs)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the modules with their times."""
        return text_costs(self.title, values.facts(self.atlas, self.workload), self.nodes, self.costs)


def _within(length: int, lengths: Sequence[int]) -> bool:
    return bool(lengths) and lengths[0] <= length <= lengths[-1]
