"""A cost map as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.insight.cost import Cost, Timing
from bertkit.insight.workload import Workload
from bertkit.inspect.atlas import Atlas
from bertkit.widgets import units
from bertkit.widgets.cost_map.tree import Node, bars, timings
from bertkit.widgets.families import family
from bertkit.widgets.panel import Json

NOTE = (
    "Measured here with the portable torch engine, one operation at a time, in float32. Engines that fuse operations "
    "are faster, and their time cannot be split into layers."
)


def facts(atlas: Atlas, workload: Workload) -> list[str]:
    """Return what stands beside the title."""
    lengths = ", ".join(map(str, workload.lengths))
    rows = [f"rows of {lengths} tokens"] if lengths else []
    return [workload.package.model_type, units.plural(len(atlas.all_layers), "layer"), *rows]


def node_values(node: Node) -> Json:
    """Return name, type, parent, path, family and whether it is a layer."""
    kind = family(node.kind) if node.is_layer else "module"
    return [node.name, node.kind, node.parent, node.path, kind, node.is_layer]


def cost_name(cost: Cost) -> str:
    """Return what tells measurements apart: `384 tokens`, or the shapes of the inputs."""
    if cost.length is not None:
        return f"{cost.length} tokens"
    return ", ".join(f"{name} {units.shape(shape)}" for name, shape in cost.shapes.items())


def cost_values(nodes: Sequence[Node], cost: Cost) -> Json:
    """Return a measurement: one time and one bar a node."""
    times = timings(nodes, cost)
    return {
        "name": cost_name(cost),
        "statement": cost.statement,
        "gapped": cost.gapped,
        "facts": run_facts(cost),
        "whole": _timing(cost.whole),
        "times": [_timing(time) for time in times],
        "bars": [[round(bar.start, 6), round(bar.length, 6), bar.depth] for bar in bars(nodes, times)],
    }


def run_facts(cost: Cost) -> list[str]:
    """Return how it was measured."""
    machine = cost.machine
    busy = [f"busy: a load of {machine.load:.1f} before"] if machine.busy and machine.load is not None else []
    return [
        f"{units.plural(cost.runs, 'run')} after {cost.warm_up} to warm up",
        f"{units.plural(machine.threads, 'thread')} of {units.plural(machine.cores, 'core')}",
        machine.processor,
        machine.system,
        *busy,
    ]


def milliseconds(value: float) -> str:
    """Return `12.3 ms`, `0.021 ms`."""
    return f"{value:.3g} ms" if value < 100 else f"{value:.0f} ms"


def _timing(timing: Timing | None) -> Json:
    if timing is None:
        return None
    return [float(f"{value:.4g}") for value in (timing.median_ms, timing.low_ms, timing.high_ms)]
