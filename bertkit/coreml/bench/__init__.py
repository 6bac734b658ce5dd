"""How fast and how exact a model is with every engine and precision that this machine has."""

from __future__ import annotations

from bertkit.coreml.bench.bench import bench
from bertkit.coreml.bench.figures import Bench, Figures

__all__ = ["Bench", "Figures", "bench"]
