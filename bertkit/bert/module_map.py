"""The tree model -> module -> layer, read off a saved specification and carried in its metadata."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bertkit.bert.names import SEPARATOR, module_of_layer, module_of_parameter
from bertkit.bert.settings import MODULES_KEY
from bertkit.errors import ModelError

if TYPE_CHECKING:
    from bertkit.bert.layers import Contents

MODULE_MAP_VERSION = 1


@dataclass(frozen=True)
class ModuleNode:
    """A module of a converted model.

    Attributes:
        path: names from the root down, joined by double underscores; empty for the model itself.
        kind: class of the module, for example `SelfAttention`.
        layers: type of each of its own layers by its full name, in the order of the file.
        parameters: shape of each of its own parameters by its full name.
        shared: parameters that its layers use but another module owns (ALBERT in an ML Program).
        children: the modules inside.
    """

    path: str
    kind: str
    layers: Mapping[str, str]
    parameters: Mapping[str, tuple[int, ...]]
    shared: tuple[str, ...]
    children: tuple[ModuleNode, ...]

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(SEPARATOR)[2]

    @property
    def parameter_count(self) -> int:
        """How many numbers its own parameters and those of the modules inside are."""
        own = sum(math.prod(shape) for shape in self.parameters.values())
        return own + sum(child.parameter_count for child in self.children)

    def walk(self) -> Iterator[ModuleNode]:
        """Yield this module and all inside it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_json(self) -> str:
        """Return the tree as one line of JSON, with the version of the form it is written in."""
        return json.dumps({"version": MODULE_MAP_VERSION, "model": _values(self)}, separators=(",", ":"))


def read_module_map(metadata: Mapping[str, str]) -> ModuleNode | None:
    """Read the module map from a model's user-defined metadata; None where it carries none.

    Raises:
        ModelError: it is malformed, or of a newer version.
    """
    if MODULES_KEY not in metadata:
        return None
    try:
        content = json.loads(metadata[MODULES_KEY])
        version = int(content["version"])
        if version <= MODULE_MAP_VERSION:
            return _node(content["model"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f'The metadata "{MODULES_KEY}" is malformed: {type(error).__name__} {error}. Convert the model again.'
        ) from error
    raise ModelError(
        f'The metadata "{MODULES_KEY}" has version {version}; this bertkit reads versions up to {MODULE_MAP_VERSION}. '
        "Upgrade with: pip install --upgrade bertkit"
    )


def build_module_map(contents: Contents, kinds: Mapping[str, str]) -> ModuleNode:
    """Arrange what a saved specification holds as a tree.

    Args:
        contents: its layers and parameters.
        kinds: class name of every module by its path.
    """
    paths: dict[str, None] = {"": None}  # an ordered set
    owners = [module_of_layer(layer.name) for layer in contents.layers]
    for path in (*owners, *map(module_of_parameter, contents.parameters)):
        parts = path.split(SEPARATOR) if path else []
        paths.update((SEPARATOR.join(parts[: depth + 1]), None) for depth in range(len(parts)))
    return _build("", list(paths), contents, kinds)


def _build(path: str, paths: list[str], contents: Contents, kinds: Mapping[str, str]) -> ModuleNode:
    layers = [layer for layer in contents.layers if module_of_layer(layer.name) == path]
    used = {name: None for layer in layers for name in layer.parameters}
    return ModuleNode(
        path=path,
        kind=kinds.get(path, "Module"),
        layers={layer.name: layer.kind for layer in layers},
        parameters={name: shape for name, shape in contents.parameters.items() if module_of_parameter(name) == path},
        shared=tuple(name for name in used if module_of_parameter(name) != path),
        children=tuple(
            _build(child, paths, contents, kinds) for child in paths if child and module_of_layer(child) == path
        ),
    )


def _values(node: ModuleNode) -> dict[str, Any]:
    values: dict[str, Any] = {
        "path": node.path,
        "kind": node.kind,
        "parameter_count": node.parameter_count,
        "layers": dict(node.layers),
        "parameters": {name: list(shape) for name, shape in node.parameters.items()},
    }
    if node.shared:
        values["shared"] = list(node.shared)
    return {**values, "children": [_values(child) for child in node.children]}


def _node(values: Mapping[str, Any]) -> ModuleNode:
    return ModuleNode(
        path=str(values["path"]),
        kind=str(values["kind"]),
        layers={str(name): str(kind) for name, kind in values["layers"].items()},
        parameters={str(name): tuple(map(int, shape)) for name, shape in values["parameters"].items()},
        shared=tuple(map(str, values.get("shared", ()))),
        children=tuple(_node(child) for child in values["children"]),
    )
