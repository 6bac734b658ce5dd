"""Parameters that come with the values they may take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any


def integer_problems(parameter: Any, name: str, positive: bool) -> Iterator[str]:
    """Yield what is wrong with an `Int64Parameter`.

    Args:
        parameter: with a default, and perhaps a set or a range of allowed values.
        name: for messages.
        positive: whether every value must be 1 or more. Core ML stops looking at the set when it finds the default;
            here all of it counts.
    """
    default = parameter.defaultValue
    if positive and default <= 0:
        yield f"The default {default} of {name} must be positive."
    allowed = parameter.WhichOneof("AllowedValues")
    if allowed == "set":
        yield from _set_problems(default, list(parameter.set.values), name, positive)
    elif allowed == "range":
        least, most = parameter.range.minValue, parameter.range.maxValue
        if positive and least <= 0:
            yield f"The range of {name} begins at {least}; it must begin at a positive value."
        if positive and most <= 0:
            yield f"The range of {name} ends at {most}; it must end at a positive value."
        yield from _range_problems(default, least, most, name)


def number_problems(parameter: Any, name: str) -> Iterator[str]:
    """Yield what is wrong with a `DoubleParameter`."""
    default = parameter.defaultValue
    if not math.isfinite(default):
        yield f"The default of {name} must be a finite number, it is {default}."
    elif parameter.WhichOneof("AllowedValues") == "range":
        yield from _range_problems(default, parameter.range.minValue, parameter.range.maxValue, name)


def _set_problems(default: int, values: list[int], name: str, positive: bool) -> Iterator[str]:
    for value in values:
        if positive and value <= 0:
            yield f"The value {value} in the allowed set of {name} must be positive."
    if default not in values:
        yield f"The default {default} of {name} is not found in its allowed set {values}."


def _range_problems(default: float, least: float, most: float, name: str) -> Iterator[str]:
    if not least <= most:
        yield f"The range of {name} begins at {least}, after its end {most}."
    elif not least <= default <= most:
        yield f"The default {default} of {name} is out of its allowed range, {least} to {most}."
