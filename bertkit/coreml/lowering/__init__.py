"""From a Core ML specification to a torch.fx graph: one function per op, found in a registry.

Importing this package does not import torch; using `lower` or `Lowered` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bertkit.lazy import lazy_names

if TYPE_CHECKING:
    from bertkit.coreml.lowering.graph import Lowered as Lowered
    from bertkit.coreml.lowering.specification import lower as lower

LOWERING_VERSION = 5
"""Part of every cache key: raised whenever the graph of an unchanged model could compute something else."""

_HOME = {
    "Lowered": "bertkit.coreml.lowering.graph",
    "lower": "bertkit.coreml.lowering.specification",
}

__all__ = ["LOWERING_VERSION", "Lowered", "lower"]

__getattr__, __dir__ = lazy_names(__name__, _HOME)
