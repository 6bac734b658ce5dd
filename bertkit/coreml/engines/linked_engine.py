"""Runs linked models: another file does the work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bertkit.coreml.engines.base import Array

if TYPE_CHECKING:
    from bertkit.coreml.model import Model


@dataclass(frozen=True, eq=False)
class LinkedEngine:
    """Hands everything to the model that is linked to.

    Attributes:
        model: shared by all models that link to it.
    """

    model: Model
    name: str = "linked"

    @property
    def settings(self) -> str:
        """File and engine, as text for people and logs."""
        return f"{self.model.package.path.name}: {self.model.engine.name} ({self.model.engine.settings})"

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Any]:
        """Compute the outputs; see `Engine.run`."""
        return self.model.run_checked(inputs)

    def trace(self, inputs: Mapping[str, Array], layers: Collection[str] | None = None) -> dict[str, Array]:
        """Compute every intermediate value; see `Engine.trace`."""
        return self.model.engine.trace(inputs, layers)
