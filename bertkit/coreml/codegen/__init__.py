"""Typed Python classes for a model's interface, as Xcode generates them in Swift."""

from __future__ import annotations

from bertkit.coreml.codegen.generate import generate

__all__ = ["generate"]
