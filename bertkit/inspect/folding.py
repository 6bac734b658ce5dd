"""Repeated modules shown once: `layer_0` to `layer_11` become one module with twelve instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bertkit.inspect.block import Block
from bertkit.inspect.layers import Layer

_DIGITS = re.compile(r"\d+")
_FEWEST_LAYERS = 2


@dataclass(frozen=True)
class FoldedLayer:
    """A layer, or the layers in its place in every instance of the modules around it.

    Attributes:
        layers: one for every combination of instances, outer instances varying slowest.
    """

    layers: tuple[Layer, ...]

    @property
    def sample(self) -> Layer:
        """The first one; the others differ in name and in the numbers they learned."""
        return self.layers[0]


@dataclass(frozen=True)
class FoldedBlock:
    """A module, or several that are alike.

    Attributes:
        name: of the module; of several the part they share, with `*` for the number.
        kind: class of the module, or empty.
        instances: names of the modules when there are several; else empty.
        parts: what is in it.
    """

    name: str
    kind: str
    instances: tuple[str, ...]
    parts: tuple[FoldedBlock | FoldedLayer, ...]

    def layers(self) -> Iterator[FoldedLayer]:
        """Yield the layers in it, those of the modules inside included."""
        for part in self.parts:
            if isinstance(part, FoldedBlock):
                yield from part.layers()
            else:
                yield part


def fold(root: Block) -> FoldedBlock:
    """Fold neighboring modules that are alike: same layers, shapes and storage, names that differ in a number."""
    return _folded([root], root.name, ())


def _folded(blocks: Sequence[Block], name: str, instances: tuple[str, ...]) -> FoldedBlock:
    """Fold blocks of one signature, each the same place in another instance, into one."""
    runs = _runs(blocks[0])
    parts: list[FoldedBlock | FoldedLayer] = []
    for start, length in runs:
        members = [part for block in blocks for part in block.parts[start : start + length]]
        layers = tuple(part for part in members if isinstance(part, Layer))
        if layers:
            parts.append(FoldedLayer(layers))
            continue
        inner = [part for part in members if isinstance(part, Block)]
        names = tuple(part.name for part in inner[:length])
        if length == 1:
            parts.append(_folded(inner, names[0], ()))
        else:
            parts.append(_folded(inner, _common(names), names))
    return FoldedBlock(name, blocks[0].kind, instances, tuple(parts))


def _common(names: Sequence[str]) -> str:
    """Return what names share, with `*` for the numbers that differ."""
    words = _DIGITS.split(names[0])
    numbers = zip(*(_DIGITS.findall(name) for name in names), strict=True)
    shown = [column[0] if len(set(column)) == 1 else "*" for column in numbers]
    return "".join(word + number for word, number in zip(words, [*shown, ""], strict=True))


def _runs(block: Block) -> list[tuple[int, int]]:
    """Return start and length of the runs of parts that fold; a part that folds with none is a run of one."""
    keys = [_key(index, part) for index, part in enumerate(block.parts)]
    runs, start = [], 0
    for _, run in groupby(keys):
        length = len(list(run))
        runs.append((start, length))
        start += length
    return runs


def _key(index: int, part: Block | Layer) -> object:
    if isinstance(part, Layer) or len(list(part.layers())) < _FEWEST_LAYERS or not _DIGITS.search(part.name):
        return index
    return _DIGITS.sub("*", part.name), _signature(part)


def _signature(part: Block | Layer) -> object:
    if isinstance(part, Block):
        inner = tuple((_label(child), _signature(child)) for child in part.parts)
        return part.kind, inner
    parameters = tuple((parameter.shape, parameter.storage, parameter.updatable) for parameter in part.parameters)
    outputs = tuple((value.dtype, value.shape) for value in part.outputs)
    return part.kind, part.variant, outputs, parameters, tuple(part.settings.items())


def _label(part: Block | Layer) -> str:
    return _DIGITS.sub("*", part.name) if isinstance(part, Block) and part.named else ""
