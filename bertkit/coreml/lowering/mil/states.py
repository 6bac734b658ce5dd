"""States: a graph takes them as further inputs and returns them as further outputs.

`write_state` computes nothing; the walker lets the state's name stand for the value that is written.
"""

from __future__ import annotations

from torch import Tensor

from bertkit.coreml.lowering.registry import op


@op("read_state", since="iOS18")
def read_state(input: Tensor) -> Tensor:  # noqa: A002 - the op calls it so
    """Return what the state holds at this point."""
    return input
