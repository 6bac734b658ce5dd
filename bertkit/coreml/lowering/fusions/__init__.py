"""Groups of operations that stand for one, computed as one: what older exports write GELU, normalization, attention as.

Only the torch engine's predictions run fused graphs. Traces, training and other engines see every layer as it is.
"""

from __future__ import annotations

from bertkit.coreml.lowering.fusions.fuse import FUSIONS, fuse

__all__ = ["FUSIONS", "fuse"]
