"""Short names of layers."""

from __future__ import annotations

from bertkit.bert.names import SEPARATOR
from bertkit.inspect.layers import Layer


def layer_label(layer: Layer) -> str:
    """Return the last part of a layer's name, or its type where the name ends in nothing."""
    if layer.label:
        return layer.label
    for separator in (SEPARATOR, "/"):
        if separator in layer.name.strip(separator):
            return layer.name.strip(separator).rpartition(separator)[2]
    return layer.name or layer.kind
