"""The tree of modules and their layers, from whatever a file gives: a module map, the layers' names, or their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bertkit.bert.module_map import read_module_map
from bertkit.bert.names import SEPARATOR
from bertkit.coreml import Package
from bertkit.coreml.kinds import PIPELINES, pipeline_models
from bertkit.errors import ModelError
from bertkit.inspect.block import Block
from bertkit.inspect.layers import Layer, layers_of
from bertkit.inspect.nesting import nest, outside
from bertkit.inspect.stages import stages

_SEPARATORS = (SEPARATOR, "/", ".")
_NAMED_SHARE = 0.5

_Entry = tuple[tuple[str, ...], Layer]


@dataclass(frozen=True)
class Structure:
    """A model as a tree.

    Attributes:
        root: the model.
        source: what the tree was read from: `module map`, `names`, `order`, or `modules` of a torch model.
    """

    root: Block
    source: str


def structure_of(package: Package) -> Structure:
    """Arrange a model's layers as modules.

    bertkit's own files carry a module map. In others the separators in layer names are followed
    (`encoder/layer_0/query`); where there are none, each layer that multiplies by weights begins a stage, and stages
    that repeat become blocks. A branch or a loop is a module of what is inside it.
    """
    layers = layers_of(package)
    found = _structure(package, outside(layers))
    return Structure(nest(found.root, layers), found.source)


def _structure(package: Package, layers: Sequence[Layer]) -> Structure:
    if package.model_type in PIPELINES:
        names = [name for name, _ in pipeline_models(package.specification)]
        return Structure(_pipeline(names, layers), "names")
    kinds = _kinds(package)
    if kinds:
        return Structure(named_tree(layers, SEPARATOR, kinds), "module map")
    return _foreign(layers)


def _pipeline(names: Sequence[str], layers: Sequence[Layer]) -> Block:
    parts: list[Block | Layer] = []
    for name in names:
        own = [layer for layer in layers if layer.name == name or layer.name.startswith(f"{name}.")]
        parts.append(own[0] if len(own) == 1 else Block(name, "model", _foreign(own, f"{name}.").root.parts))
    return Block("", "pipeline", tuple(parts))


def _foreign(layers: Sequence[Layer], prefix: str = "") -> Structure:
    separator = _separator([layer.name.removeprefix(prefix) for layer in layers])
    if separator is not None:
        return Structure(named_tree(layers, separator, {}, prefix), "names")
    return Structure(Block("", "", stages(layers)), "order")


def _separator(names: Sequence[str]) -> str | None:
    """Return what separates the parts of paths: in most names, and with fewer first parts than names."""
    for separator in _SEPARATORS:
        first = [name.split(separator)[0] for name in names if separator in name.strip(separator)]
        if len(first) > _NAMED_SHARE * len(names) and len(set(first)) < len(first):
            return separator
    return None


def _kinds(package: Package) -> dict[str, str]:
    """Return the class of every module by its path; nothing where the file has no module map that can be read."""
    try:
        modules = read_module_map(package.metadata)
    except ModelError:
        return {}
    return {} if modules is None else {node.path: node.kind for node in modules.walk()}


def named_tree(layers: Sequence[Layer], separator: str, kinds: Mapping[str, str], prefix: str = "") -> Block:
    """Return the tree that the layers' names spell.

    Args:
        layers: in order.
        separator: between the parts of a name; the last part is the layer's own.
        kinds: class of each module by its path, where known.
        prefix: what every name begins with that is no part of a path.
    """
    entries = [(_path(layer.name.removeprefix(prefix), separator), layer) for layer in layers]
    return Block("", kinds.get("", ""), _parts(entries, separator, kinds, ""))


def _path(name: str, separator: str) -> tuple[str, ...]:
    return tuple(part for part in name.split(separator) if part)[:-1]


def _parts(
    entries: Sequence[_Entry], separator: str, kinds: Mapping[str, str], above: str
) -> tuple[Block | Layer, ...]:
    inside: dict[str, list[_Entry]] = {}
    order: list[str | Layer] = []
    for path, layer in entries:
        if not path:
            order.append(layer)
            continue
        if path[0] not in inside:
            order.append(path[0])
        inside.setdefault(path[0], []).append((path[1:], layer))
    parts: list[Block | Layer] = []
    for part in order:
        if isinstance(part, Layer):
            parts.append(part)
        else:
            path_inside = f"{above}{separator}{part}" if above else part
            content = _parts(inside[part], separator, kinds, path_inside)
            parts.append(Block(part, kinds.get(path_inside, ""), content))
    return tuple(parts)
