"""What flows from layer to layer inside one module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bertkit.inspect.folding import FoldedBlock, FoldedLayer
from bertkit.inspect.layers import Layer, Value
from bertkit.inspect.nesting import CONTROL_FLOW

Part = FoldedBlock | FoldedLayer


@dataclass(frozen=True)
class ModuleGraph:
    """The graph of one module, or of the first of several that are alike.

    Attributes:
        inputs: values that enter from outside.
        parts: the layers and modules that are its nodes, in the order of the file.
        outputs: values that its surroundings use.
        edges: source and target without repetitions; the inputs are numbered first, then the parts, then the outputs.
    """

    inputs: tuple[Value, ...]
    parts: tuple[Part, ...]
    outputs: tuple[Value, ...]
    edges: tuple[tuple[int, int], ...]


def module_graph(
    block: FoldedBlock, copies: int, everything: Sequence[Layer], model_outputs: Sequence[str], deep: bool
) -> ModuleGraph:
    """Return the graph of a module.

    Args:
        block: the module.
        copies: how many of it there are in the model.
        everything: all layers of the model.
        model_outputs: names of the model's outputs.
        deep: with the layers of inner modules as nodes, except where several are folded or where a branch or a loop
            decides which of them run; else with the modules.
    """
    parts = tuple(_nodes(block, deep))
    owner = {id(layer): index for index, part in enumerate(parts) for layer in _first_copy(part, copies)}
    producer: dict[str, int] = {}
    values: dict[str, Value] = {}
    entering: dict[str, dict[int, None]] = {}
    leaving: dict[str, int] = {}
    inner: dict[tuple[int, int], None] = {}
    for layer in everything:
        user = owner.get(id(layer))
        for value in layer.inputs:
            source = producer.get(value.name)
            if user is None and source is not None:
                leaving[value.name] = source
            elif user is not None and source is None:
                values.setdefault(value.name, value)
                entering.setdefault(value.name, {})[user] = None
            elif user is not None and source is not None and source != user:
                inner[source, user] = None
        for value in layer.outputs:
            # A network may compute a value of the same name again; the newest counts.
            producer.pop(value.name, None)
            if user is not None:
                producer[value.name] = user
                values[value.name] = value
    leaving.update((name, producer[name]) for name in model_outputs if name in producer)
    first, last = len(entering), len(entering) + len(parts)
    return ModuleGraph(
        inputs=tuple(values[name] for name in entering),
        parts=parts,
        outputs=tuple(values[name] for name in leaving),
        edges=(
            *((at, first + index) for at, users in enumerate(entering.values()) for index in users),
            *((first + source, first + target) for source, target in inner),
            *((first + index, last + at) for at, index in enumerate(leaving.values())),
        ),
    )


def _nodes(block: FoldedBlock, deep: bool) -> Iterator[Part]:
    for part in block.parts:
        if deep and isinstance(part, FoldedBlock) and not part.instances and part.kind not in CONTROL_FLOW:
            yield from _nodes(part, deep)
        else:
            yield part


def _first_copy(part: Part, copies: int) -> Iterator[Layer]:
    """Yield the layers of a part that stand in the first of `copies` modules; outer instances vary slowest."""
    for folded in part.layers() if isinstance(part, FoldedBlock) else (part,):
        yield from folded.layers[: len(folded.layers) // copies]
