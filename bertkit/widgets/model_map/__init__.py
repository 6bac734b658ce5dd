"""The map of a model: modules, the layers of the selected one, and its graph."""

from __future__ import annotations

from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_map.widget import ModelMap

__all__ = ["ModelMap", "ModelMapPanel"]
