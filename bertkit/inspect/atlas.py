"""A model's modules and layers as two tables, repeated modules once: what views and reports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

from bertkit.coreml import Package
from bertkit.inspect.folding import FoldedBlock, FoldedLayer, fold
from bertkit.inspect.graph import ModuleGraph, module_graph
from bertkit.inspect.layers import Layer
from bertkit.inspect.origin import FileOrigin, Origin
from bertkit.inspect.structure import Structure, structure_of


@dataclass(frozen=True)
class Entry:
    """A module in the table.

    Attributes:
        index: its place in `Atlas.entries`.
        parent: that of the module around it; -1 for the model.
        block: the module.
        copies: how many of it the model holds: instances of it times those of what is around it.
        first: its first layer's place in `Atlas.layers`.
        count: how many of those are in it, inner modules included.
    """

    index: int
    parent: int
    block: FoldedBlock
    copies: int
    first: int
    count: int


@dataclass(frozen=True)
class Atlas:
    """A model as tables.

    Attributes:
        origin: where the model was read from.
        structure: the tree as it was read, not folded.
        entries: modules, each before those inside it; the first is the model.
        layers: layers in the order of the file, those of modules that are alike once.
        owners: for each layer the index of the module it stands directly in.
    """

    origin: Origin
    structure: Structure
    entries: tuple[Entry, ...]
    layers: tuple[FoldedLayer, ...]
    owners: tuple[int, ...]

    @cached_property
    def all_layers(self) -> tuple[Layer, ...]:
        """Every layer of the model, in the order of the file."""
        return tuple(self.structure.root.layers())

    def layers_of(self, entry: Entry) -> tuple[FoldedLayer, ...]:
        """Return the layers in a module, those of inner modules included."""
        return self.layers[entry.first : entry.first + entry.count]

    def paths(self, entry: Entry) -> list[str]:
        """Return the path of every copy of a module, names joined by slashes, outer instances varying slowest."""
        names: list[tuple[str, ...]] = []
        while entry.parent >= 0:
            names.insert(0, entry.block.instances or (entry.block.name,))
            entry = self.entries[entry.parent]
        return ["/".join(path) for path in product(*names)]

    def graph(self, entry: Entry, deep: bool) -> ModuleGraph:
        """Return what flows inside a module; see `module_graph`."""
        return module_graph(entry.block, entry.copies, self.all_layers, self.origin.outputs, deep)


def atlas_of(package: Package) -> Atlas:
    """Read an opened model's modules and layers.

    Raises:
        ModelError: the model breaks the specification so that it cannot be described.
    """
    return arrange(FileOrigin(package), structure_of(package))


def arrange(origin: Origin, structure: Structure) -> Atlas:
    """Return the tables of a model whose tree has been read."""
    tables = _Tables([], [], [])
    tables.add(fold(structure.root), parent=-1, copies=1)
    return Atlas(origin, structure, tuple(tables.entries), tuple(tables.layers), tuple(tables.owners))


@dataclass(frozen=True)
class _Tables:
    """The tables while they are filled, depth first."""

    entries: list[Entry]
    layers: list[FoldedLayer]
    owners: list[int]

    def add(self, block: FoldedBlock, parent: int, copies: int) -> None:
        index, first = len(self.entries), len(self.layers)
        copies *= max(1, len(block.instances))
        # Its place is taken now, so that it stands before what is inside it; the count is known afterward.
        self.entries.append(Entry(index, parent, block, copies, first, 0))
        for part in block.parts:
            if isinstance(part, FoldedBlock):
                self.add(part, index, copies)
            else:
                self.layers.append(part)
                self.owners.append(index)
        self.entries[index] = Entry(index, parent, block, copies, first, len(self.layers) - first)
