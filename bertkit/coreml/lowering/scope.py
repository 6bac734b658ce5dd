"""The values that are visible at one point of a graph or of a block inside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from torch import fx

from bertkit.coreml.lowering.graph import GraphBuilder
from bertkit.coreml.lowering.values import Computed, Value


@dataclass(frozen=True)
class Nested:
    """A block that has been closed.

    Attributes:
        node: reads it, in the graph around it.
        takes: names of the values that it is called with.
        gives: names of the values that it returns.
    """

    node: fx.Node
    takes: tuple[str, ...]
    gives: tuple[str, ...]


class Scope:
    """Values by name. A block sees those of the blocks around it too: it takes what it uses of them as inputs.

    Attributes:
        builder: of the graph or block.
        outer: the scope around it; None around all.
    """

    def __init__(self, builder: GraphBuilder, outer: Scope | None = None) -> None:
        self.builder = builder
        self.outer = outer
        self._values: dict[str, Value] = {}
        self._taken: list[str] = []
        self._written: dict[str, None] = {}

    @property
    def written(self) -> tuple[str, ...]:
        """The names that the block itself gave values to."""
        return tuple(self._written)

    @property
    def rewritten(self) -> tuple[str, ...]:
        """Those of them that had values before the block."""
        return tuple(name for name in self._written if self.outer is not None and name in self.outer)

    def __contains__(self, name: object) -> bool:
        return name in self._values or (self.outer is not None and name in self.outer)

    def __getitem__(self, name: str) -> Value:
        if name in self._values or self.outer is None:
            return self._values[name]
        value = self.outer[name]
        if isinstance(value, Computed):
            value = replace(value, node=self.builder.add_argument(name))
            self._taken.append(name)
        self._values[name] = value
        return value

    def __setitem__(self, name: str, value: Value) -> None:
        self._values[name] = value
        self._written[name] = None

    def get(self, name: str) -> Value | None:
        """Return a value, or None where there is none of that name."""
        return self[name] if name in self else None  # noqa: SIM401 - this is what it means here

    def recast(self, name: str, value: Value) -> None:
        """Let a name stand for the same value in another form, which is no new value."""
        self._values[name] = value

    def declare(self, name: str, key: str) -> None:
        """Add a value that the block is called with under `key`."""
        self._values[name] = Computed(self.builder.add_argument(name))
        self._taken.append(key)

    def inner(self) -> Scope:
        """Begin a block."""
        return Scope(self.builder.inner(), self)

    def close(self, name: str, flag: fx.Node | int, gives: Mapping[str, fx.Node]) -> Nested:
        """Put this block into the graph around it.

        Args:
            name: of the block.
            flag: see `bertkit.coreml.lowering.blocks.Block`.
            gives: what it returns.
        """
        if self.outer is None:
            raise ValueError("only a block can be closed, not the graph around all")
        node = self.outer.builder.add_block(name, self.builder, flag, self._taken, gives)
        return Nested(node, tuple(self._taken), tuple(gives))

    def given(self, blocks: Iterable[Nested]) -> dict[str, fx.Node]:
        """Return the values that blocks take, and those that they give and that exist already."""
        names = dict.fromkeys(name for block in blocks for name in (*block.takes, *block.gives) if name in self)
        values = ((name, self[name]) for name in names)
        return {name: value.node for name, value in values if isinstance(value, Computed)}
