"""The graph of one module of a model, drawn."""

from __future__ import annotations

from bertkit.inspect.atlas import Atlas, Entry
from bertkit.inspect.folding import FoldedBlock
from bertkit.inspect.graph import Part
from bertkit.inspect.layers import Value
from bertkit.widgets import units
from bertkit.widgets.families import family
from bertkit.widgets.flow import Flow, Shape, draw
from bertkit.widgets.model_map.labels import layer_label

_MOST_NODES = 200
_LONGEST_KIND = 16


def draw_module(atlas: Atlas, entry: Entry, deep: bool) -> Flow:
    """Draw what flows inside a module.

    Args:
        atlas: the model.
        entry: the module; where it stands for several, the first of them.
        deep: with the layers of inner modules rather than the modules, unless that would be over 200 boxes.
    """
    graph = atlas.graph(entry, deep)
    if deep and len(graph.parts) > _MOST_NODES:
        graph = atlas.graph(entry, False)
    layers = {id(layer): index for index, layer in enumerate(atlas.layers)}
    entries = {id(other.block): other.index for other in atlas.entries}
    shapes = [_port(f"I{at}", value, "input") for at, value in enumerate(graph.inputs)]
    for part in graph.parts[:_MOST_NODES]:
        identity = f"M{entries[id(part)]}" if isinstance(part, FoldedBlock) else f"L{layers[id(part)]}"
        shapes.append(_part(identity, part))
    first_output = len(graph.inputs) + len(graph.parts)
    names = [shape.id for shape in shapes]
    names += [f"-{at}" for at in range(len(names), first_output)]
    for at, value in enumerate(graph.outputs):
        shapes.append(_port(f"O{at}", value, "output"))
        names.append(f"O{at}")
    return draw(shapes, [(names[source], names[target]) for source, target in graph.edges])


def _part(identity: str, part: Part) -> Shape:
    if isinstance(part, FoldedBlock):
        label = f"{part.kind or part.name} {units.TIMES}{len(part.instances)}" if part.instances else part.name
        detail = part.name if part.instances else part.kind
        return Shape(identity, label, label, detail or units.plural(sum(1 for _ in part.layers()), "layer"), "module")
    layer = part.sample
    shape = layer.outputs[0].shape if layer.outputs else None
    kind = layer.variant or layer.kind
    # A long type is told by the box's color and name; its shape is told nowhere else.
    kind = kind if len(kind) <= _LONGEST_KIND else family(layer.kind)
    detail = kind if shape is None else f"{kind} {units.shape(shape)}"
    return Shape(identity, layer.name, layer_label(layer), detail, family(layer.kind))


def _port(identity: str, value: Value, role: str) -> Shape:
    label = value.name.rpartition("__")[2]
    return Shape(identity, f"{role} {value.name}", f"{role}: {label}", "", "port")
