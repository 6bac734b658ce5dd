"""From a Core ML specification to a torch.fx graph: one function per op, found in a registry.

Importing this package does not import torch; using `lower` or `Lowered` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bertkit.coreml.lowering.graph import Lowered as Lowered
    from bertkit.coreml.lowering.specification import lower as lower

LOWERING_VERSION = 1
"""Part of every cache key: raised whenever the graph of an unchanged model could compute something else."""

__all__ = ["LOWERING_VERSION", "Lowered", "lower"]


def __getattr__(name: str) -> object:
    if name == "lower":
        from bertkit.coreml.lowering.specification import lower

        return lower
    if name == "Lowered":
        from bertkit.coreml.lowering.graph import Lowered

        return Lowered
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
