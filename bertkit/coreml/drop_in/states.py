"""What a model keeps between predictions, as coremltools reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class StateProxy:
    """What `coremltools.models.model.MLState` holds.

    Attributes:
        state: as `Model.new_state` returns it.
    """

    state: Any

    def read_state(self, name: str) -> Any:
        """Return a copy of the value of one state."""
        return self.state.read_state(name)

    def write_state(self, name: str, value: Any) -> None:
        """Replace the value of one state."""
        self.state.write_state(name, value)
