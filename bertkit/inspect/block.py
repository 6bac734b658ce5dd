"""A module of a model: layers and modules inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bertkit.inspect.layers import Layer


@dataclass(frozen=True)
class Block:
    """Layers and modules in the order of the file.

    Attributes:
        name: last part of its path; empty for the model itself.
        kind: class of the module where the file says it, else what kinds of layers it holds, else empty.
        parts: what is in it.
        named: whether the name comes from the file; false where it was made up.
    """

    name: str
    kind: str
    parts: tuple[Block | Layer, ...]
    named: bool = True

    def layers(self) -> Iterator[Layer]:
        """Yield the layers in it, those of the modules inside included."""
        for part in self.parts:
            if isinstance(part, Block):
                yield from part.layers()
            else:
                yield part

    def blocks(self) -> Iterator[Block]:
        """Yield the modules directly inside."""
        return (part for part in self.parts if isinstance(part, Block))
