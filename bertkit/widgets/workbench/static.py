"""A workbench as static HTML: modules, layers, values and the answer as sections that fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from bertkit.insight.statistics import Histogram
from bertkit.insight.text import shortened
from bertkit.insight.trace import LayerValue
from bertkit.widgets import blocks, units
from bertkit.widgets.answer_span.picture import draw_curves
from bertkit.widgets.html import Content, Html, bitmap, joined, picture, tag
from bertkit.widgets.panel import Json
from bertkit.widgets.png import shades
from bertkit.widgets.workbench import figures
from bertkit.widgets.workbench.chosen import chosen_layer, layers_of_module
from bertkit.widgets.workbench.layer import numbers_by_token, strongest
from bertkit.widgets.workbench.run import Run
from bertkit.widgets.workbench.text import numbers
from bertkit.widgets.workbench.values import answer_values, engine_label

if TYPE_CHECKING:
    from bertkit.widgets.workbench.panel import WorkbenchPanel

_LONGEST = 36
_BLUE = (63, 120, 181)
_SHADES = 15
_SPOKEN = 3


def static_workbench(panel: WorkbenchPanel, selection: Mapping[str, Json]) -> Html:
    """Return the panes, one below the other; the answer is open."""
    facts = f"{panel.document_name}, {units.plural(len(panel.document.text), 'character')}"
    sides = panel.sides()
    parts: list[Content] = [] if sides else [blocks.note("No question was asked yet. Ask one: .ask(question)")]
    for name, run in zip(("A", "B"), sides, strict=False):
        title = f"{name}: {run.question}" if len(sides) > 1 else f"Answer: {run.question}"
        parts.append(blocks.section(title, _answer(run), opened=True))
    if len(sides) > 1:
        said = [tag("p", sentence, style="margin:4px 0") for sentence in panel.comparison().sentences]
        parts.append(blocks.section("A and B compared", said, opened=True))
    parts.append(blocks.section("Modules", _modules(panel)))
    if sides:
        run = sides[-1]
        value = chosen_layer(run, selection)
        parts.append(blocks.section("Layers of the selected module", _layers(layers_of_module(run, selection))))
        parts.append(blocks.section(["Values of ", blocks.code(value.layer)], joined(_values(run, value))))
    return blocks.frame(panel.title, facts, *parts)


def _answer(run: Run) -> Html:
    best = run.result.best
    words: list[str] = []
    if best is None:
        words.append(blocks.note(f"The document does not say, with {units.percent(run.result.no_answer.probability)}."))
    else:
        shown = answer_values(best)
        passage = [shown["before"], blocks.marked(best.text), shown["after"]]
        words.append(tag("p", passage, style="margin:4px 0;white-space:pre-wrap"))
    rows: list[list[Content]] = [
        [blocks.bar(answer.probability, units.percent(answer.probability)), answer.text, f"{answer.start}-{answer.end}"]
        for answer in run.result
    ]
    none = run.result.no_answer.probability
    rows.append([blocks.bar(none, units.percent(none)), tag("em", "no answer"), ""])
    words.append(blocks.table(["probability", "answer", "characters"], rows))
    words.append(_curves(run))
    words.append(tag("p", run.lens.sentence, style="margin:8px 0 4px"))
    words.append(_lens(run))
    times = f"{run.answer_seconds:.2f} s to answer, {run.look_seconds:.2f} s to look inside"
    words.append(blocks.note(f"{engine_label(run)}; {times}. Intermediate layers were not trained for the span head."))
    return joined(words)


def _curves(run: Run) -> Html:
    spans = "; ".join(
        f'"{scored.span.text}" {units.percent(scored.probability)}' for scored in run.scores.spans[:_SPOKEN]
    )
    return picture(draw_curves(run.scores), f"Start (up) and end (down) by token. Best spans: {spans}", width=760)


def _lens(run: Run) -> Html:
    rows = [
        (
            stage.name,
            float((stage.start_probability * stage.end_probability) ** 0.5),
            f"start {units.percent(stage.start_probability)}, end {units.percent(stage.end_probability)}: "
            f"{shortened(stage.best.text, _LONGEST)}",
        )
        for stage in run.lens.stages
    ]
    alt = "QA lens. " + "; ".join(f"{name}: {words}" for name, _, words in rows)
    return picture(figures.stages(rows), alt)


def _modules(panel: WorkbenchPanel) -> Html:
    atlas = panel.map.atlas
    rows: list[list[Content]] = []
    for entry in atlas.entries:
        block = entry.block
        times = f" {units.TIMES}{len(block.instances)}" if block.instances else ""
        depth = 0
        at = entry
        while at.parent >= 0:
            at, depth = atlas.entries[at.parent], depth + 1
        layers = [layer for folded in atlas.layers_of(entry) for layer in folded.layers]
        parameters = sum(layer.parameter_count for layer in layers)
        size = sum(layer.bytes for layer in layers)
        name = tag("span", f"{block.kind or block.name or 'model'}{times}", style=f"padding-left:{16 * depth}px")
        rows.append([name, str(len(layers)), units.count(parameters), units.size(size)])
    return blocks.table(["module", "layers", "parameters", "bytes"], rows, numeric=[1, 2, 3])


def _layers(values: list[LayerValue]) -> Html:
    rows: list[list[Content]] = [
        [
            blocks.code(value.layer),
            value.kind,
            tag("span", units.shape(value.summary.shape), style="white-space:nowrap"),
            *numbers(value),
        ]
        for value in values
    ]
    return blocks.table(["layer", "type", "output", "min", "max", "mean", "std"], rows, numeric=range(3, 7))


def _values(run: Run, value: LayerValue) -> Iterator[Html]:
    array = run.trace.array(value.layer)
    counts = Histogram.of(array).counts
    low, high = f"{value.summary.minimum:.4g}", f"{value.summary.maximum:.4g}"
    yield blocks.note(f"{units.shape(value.summary.shape)} {value.summary.dtype}, from {low} to {high}")
    yield picture(figures.bars(counts.tolist(), low, high), f"Histogram of the values from {low} to {high}")
    by_token = numbers_by_token(run, array)
    if by_token is None:
        return
    heat, top = strongest(by_token)
    values = np.rint(np.sqrt(np.abs(heat.astype(np.float32)) / 127) * _SHADES).astype(np.uint8)
    alt = f"Heat map, {len(by_token)} tokens across, {by_token.shape[1]} channels down, darkest at {top:.4g}"
    yield tag("div", bitmap(shades(values, _BLUE), alt, width=620))
    norms = np.linalg.norm(by_token, axis=1)
    row = run.example.row
    strong = ", ".join(f'"{row[int(at)].piece}" {norms[at]:.3g}' for at in np.argsort(-norms, kind="stable")[:5])
    last = f"token {len(norms) - 1}"
    yield picture(figures.bars(norms.tolist(), "token 0", last, height=48), f"Norm of each token; highest: {strong}")
    yield blocks.note(f"Highest norms: {strong}")
