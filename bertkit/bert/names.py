"""Names of layers, `encoder__layer_3__attention__self__query`, and of parameters, with `__weight` or `__bias` after."""

from __future__ import annotations

SEPARATOR = "__"

PARAMETER_ENDINGS = (f"{SEPARATOR}weight", f"{SEPARATOR}bias")


def module_of_layer(name: str) -> str:
    """Return the path of the module that a layer belongs to; the root's is empty."""
    return name.rpartition(SEPARATOR)[0]


def module_of_parameter(name: str) -> str:
    """Return the path of the module that a parameter belongs to: two parts up, past the layer."""
    return module_of_layer(module_of_layer(name))
