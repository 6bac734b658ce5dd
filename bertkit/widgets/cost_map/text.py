"""A cost map as text."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.cost import Cost, Timing
from bertkit.widgets import texts, units
from bertkit.widgets.cost_map.tree import Node, timings
from bertkit.widgets.cost_map.values import cost_name, milliseconds, run_facts

EMPTY = "Nothing is measured yet. Run .measure() in Python, or press Measure in the live view."
_MOST_MODULES = 120
_MOST_LAYERS = 15
_LEAST_SHARE = 0.001


def text_costs(title: str, facts: Sequence[str], nodes: Sequence[Node], costs: Sequence[Cost]) -> str:
    """Return modules with their times, one table for each measurement."""
    lines = [*texts.columns([[f"{title}  ({', '.join(facts)})"]])]
    if not costs:
        return "\n".join([*lines, EMPTY])
    for cost in costs:
        times = timings(nodes, cost)
        total = cost.parts.median_ms
        rows = [["module", "kind", "median", "middle half", "share"]]
        rows += [
            [
                f"{'  ' * (depth - 1)}{node.name}",
                node.kind,
                milliseconds(time.median_ms),
                f"{time.low_ms:.3g}-{time.high_ms:.3g}",
                units.percent(time.median_ms / total),
            ]
            for node, time, depth in rows_of(nodes, times)
        ]
        lines += ["", *texts.columns([[f"{cost_name(cost)}: {', '.join(run_facts(cost))}"]]), cost.statement]
        lines += texts.columns(rows, right=(2, 3, 4))
    return "\n".join(lines)


def rows_of(nodes: Sequence[Node], times: Sequence[Timing | None]) -> list[tuple[Node, Timing, int]]:
    """Return the modules that take time, in the order of the file, with their depths; layers where there are none."""
    depths: list[int] = []
    for node in nodes:
        depths.append(0 if node.parent < 0 else depths[node.parent] + 1)
    whole = times[0]
    least = 0.0 if whole is None else whole.median_ms * _LEAST_SHARE
    flat = all(node.is_layer for node in nodes[1:])
    found = [
        (node, time, depth)
        for node, time, depth in list(zip(nodes, times, depths, strict=True))[1:]
        if time is not None and time.median_ms >= least and node.is_layer == flat
    ]
    return found[:_MOST_MODULES]


def slowest(nodes: Sequence[Node], times: Sequence[Timing | None]) -> list[tuple[Node, Timing]]:
    """Return the layers that take the most time, the slowest first."""
    measured = [(node, time) for node, time in zip(nodes, times, strict=True) if node.is_layer and time is not None]
    return sorted(measured, key=lambda pair: -pair[1].median_ms)[:_MOST_LAYERS]
