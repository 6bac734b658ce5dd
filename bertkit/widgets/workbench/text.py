"""A workbench as text: the answer, the lens, the layers of a module, the values of a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bertkit.insight.statistics import Histogram
from bertkit.insight.text import sparkline
from bertkit.insight.trace import LayerValue
from bertkit.widgets import texts, units
from bertkit.widgets.panel import Json
from bertkit.widgets.workbench.chosen import chosen_layer, layers_of_module
from bertkit.widgets.workbench.layer import numbers_by_token
from bertkit.widgets.workbench.run import Run
from bertkit.widgets.workbench.values import engine_label

if TYPE_CHECKING:
    from bertkit.widgets.workbench.panel import WorkbenchPanel


def text_workbench(panel: WorkbenchPanel, selection: Mapping[str, Json]) -> str:
    """Return what the panes show, one below the other."""
    head = f"{panel.title}  ({panel.document_name}, {units.plural(len(panel.document.text), 'character')})"
    sides = panel.sides()
    if not sides:
        return "\n".join([head, "No question was asked yet. Ask one: .ask(question)"])
    lines = [head]
    for name, run in zip(("A", "B"), sides, strict=False):
        lines += ["", *_answer(f"{name}: " if len(sides) > 1 else "", run)]
    if len(sides) > 1:
        lines += ["", *panel.comparison().sentences]
    run = sides[-1]
    lines += ["", *_layers(layers_of_module(run, selection)), "", *_values(run, chosen_layer(run, selection))]
    return "\n".join(lines)


def _answer(prefix: str, run: Run) -> list[str]:
    seconds = f"{run.answer_seconds:.2f} s to answer, {run.look_seconds:.2f} s to look inside"
    rows = [(units.percent(answer.probability), f"{answer.start}-{answer.end}", answer.text) for answer in run.result]
    none = run.result.no_answer
    rows.append((units.percent(none.probability), "", "no answer"))
    lens = [
        (stage.name, units.percent(stage.start_probability), units.percent(stage.end_probability), stage.best.text)
        for stage in run.lens.stages
    ]
    return [
        f"{prefix}{_line(run.question)}  ({engine_label(run)}; {seconds})",
        *texts.columns(rows, right=[0]),
        _line(run.lens.sentence),
        *texts.columns([("hidden state", "start", "end", "best span there"), *lens], right=[1, 2]),
    ]


def _layers(values: Sequence[LayerValue]) -> list[str]:
    rows = [(value.layer, value.kind, units.shape(value.summary.shape), *numbers(value)) for value in values]
    return texts.columns([("layer", "type", "output", "min", "max", "mean", "std"), *rows], right=range(3, 7))


def _values(run: Run, value: LayerValue) -> list[str]:
    array = run.trace.array(value.layer)
    counts = Histogram.of(array).counts.astype(np.float64)
    lines = [f"{value.layer}: {units.shape(value.summary.shape)} {value.summary.dtype}"]
    lines.append(f"values from {value.summary.minimum:.4g} to {value.summary.maximum:.4g} |{sparkline(counts)}|")
    by_token = numbers_by_token(run, array)
    if by_token is not None:
        lines.append(f"norm by token |{sparkline(np.linalg.norm(by_token, axis=1))}|")
    return lines


def numbers(value: LayerValue) -> tuple[str, ...]:
    """Return least, greatest, mean and standard deviation."""
    summary = value.summary
    return tuple(f"{number:.4g}" for number in (summary.minimum, summary.maximum, summary.mean, summary.deviation))


def _line(text: str) -> str:
    return "".join(texts.columns([[text]]))
