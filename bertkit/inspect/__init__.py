"""What is inside a Core ML model: interface, metadata, parameters by module, and what may be updated."""

from __future__ import annotations

from bertkit.inspect.inspection import Inspection, inspect_model
from bertkit.inspect.modules import Module

__all__ = ["Inspection", "Module", "inspect_model"]
