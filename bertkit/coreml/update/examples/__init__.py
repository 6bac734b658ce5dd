"""Training examples from anything that holds them, every one checked before training begins."""

from __future__ import annotations

from bertkit.coreml.update.examples.examples import Examples
from bertkit.coreml.update.examples.read import read_examples

__all__ = ["Examples", "read_examples"]
