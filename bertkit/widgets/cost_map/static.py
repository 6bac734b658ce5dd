"""A cost map as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.cost import Cost
from bertkit.widgets import blocks, units
from bertkit.widgets.cost_map.picture import draw_costs
from bertkit.widgets.cost_map.text import EMPTY, rows_of, slowest
from bertkit.widgets.cost_map.tree import Node, timings
from bertkit.widgets.cost_map.values import NOTE, cost_name, milliseconds, run_facts
from bertkit.widgets.html import Html, picture

_WIDEST = 820


def static_costs(title: str, facts: Sequence[str], nodes: Sequence[Node], costs: Sequence[Cost]) -> Html:
    """Return one part for each measurement, the last one open."""
    if not costs:
        return blocks.frame(title, " · ".join(facts), blocks.note(EMPTY))
    parts = [
        blocks.section(f"{cost_name(cost)}: {cost.parts}", _cost(nodes, cost), opened=cost is costs[-1])
        for cost in costs
    ]
    return blocks.frame(title, " · ".join(facts), blocks.note(NOTE), *parts)


def _cost(nodes: Sequence[Node], cost: Cost) -> list[Html]:
    times = timings(nodes, cost)
    top = ", ".join(f"{node.path} {milliseconds(time.median_ms)}" for node, time in slowest(nodes, times)[:5])
    alt = f"Modules as bars, as long as the time they take. The slowest layers: {top}"
    total = cost.parts.median_ms
    modules = [
        [
            f"{units.INDENT * (depth - 1)}{node.name}",
            node.kind,
            milliseconds(time.median_ms),
            f"{time.low_ms:.3g}-{time.high_ms:.3g}",
            blocks.bar(time.median_ms / total, units.percent(time.median_ms / total)),
        ]
        for node, time, depth in rows_of(nodes, times)
    ]
    layers = [
        [blocks.code(node.path), node.kind, milliseconds(time.median_ms), units.percent(time.median_ms / total)]
        for node, time in slowest(nodes, times)
    ]
    return [
        blocks.note(f"{', '.join(run_facts(cost))}. {cost.statement}"),
        picture(draw_costs(nodes, times), alt, width=_WIDEST),
        blocks.section("Modules", blocks.table(["module", "kind", "median", "middle half", "share"], modules, (2, 3))),
        blocks.section("Slowest layers", blocks.table(["layer", "type", "median", "share"], layers, (2, 3))),
    ]
