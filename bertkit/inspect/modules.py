"""Parameters grouped by module: the tree that layer names spell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bertkit.coreml.parameters import Parameter

_SEPARATORS = ("__", "/", ".")


@dataclass
class Module:
    """A node of the module tree; its counts include everything below it.

    Attributes:
        name: last part of its path; empty for the model itself.
        parameters: numbers in it.
        bytes: what they take in the file.
        updatable: whether training may change some of them.
        children: the modules and layers inside, in the file's order.
    """

    name: str
    parameters: int = 0
    bytes: int = 0
    updatable: bool = False
    children: dict[str, Module] = field(default_factory=dict)

    def add(self, path: list[str], parameter: Parameter) -> None:
        """Count a parameter here and in the modules along `path`."""
        self.parameters += parameter.count
        self.bytes += parameter.bytes
        self.updatable |= parameter.updatable
        if path:
            child = self.children.setdefault(path[0], Module(path[0]))
            child.add(path[1:], parameter)

    def to_json(self) -> dict[str, Any]:
        """Return the tree as plain values."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "bytes": self.bytes,
            "updatable": self.updatable,
            "children": [child.to_json() for child in self.children.values()],
        }


def module_tree(parameters: Iterable[Parameter]) -> Module:
    """Group parameters by the paths of their layers.

    bertkit's own files separate the parts of a path by double underscores; in others slashes and dots are taken for
    separators, and a name with neither is a layer at the top.
    """
    tree = Module("")
    for parameter in parameters:
        tree.add(_path(parameter.layer), parameter)
    return tree


def _path(layer: str) -> list[str]:
    for separator in _SEPARATORS:
        if separator in layer:
            return [part for part in layer.split(separator) if part]
    return [layer]
