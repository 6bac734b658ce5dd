"""The registry of what is checked of the parameters of each layer type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

# Takes a layer and the message of its type, and yields what is wrong with its parameters.
ParameterCheck = Callable[[Any, Any], Iterator[str]]

PARAMETER_CHECKS: dict[str, list[ParameterCheck]] = {}


def parameters_of(*kinds: str) -> Callable[[ParameterCheck], ParameterCheck]:
    """Register a function for layers of some types."""

    def register(check: ParameterCheck) -> ParameterCheck:
        for kind in kinds:
            PARAMETER_CHECKS.setdefault(kind, []).append(check)
        return check

    return register
