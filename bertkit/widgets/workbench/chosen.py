"""What a selection means in a workbench: the module and the layer that the static and the text form show."""

from __future__ import annotations

from collections.abc import Mapping

from bertkit.bert.names import SEPARATOR
from bertkit.insight.trace import LayerValue
from bertkit.widgets.panel import Json
from bertkit.widgets.workbench.run import Run


def chosen_layer(run: Run, selection: Mapping[str, Json]) -> LayerValue:
    """Return the selected layer's value; without one, that of the hidden state from which the answer appears."""
    wanted = selection.get("layer")
    appears = run.lens.stages[run.lens.appears_at].layer
    found = {value.layer: value for value in run.trace.values}
    return found.get(str(wanted), found[appears])


def layers_of_module(run: Run, selection: Mapping[str, Json]) -> list[LayerValue]:
    """Return the values of the selected module; without one, of the encoder layer where the answer appears."""
    module = selection.get("module")
    if module:
        return run.trace.module(str(module).replace("/", SEPARATOR))
    return run.trace.module(SEPARATOR.join(chosen_layer(run, selection).layer.split(SEPARATOR)[:2]))
