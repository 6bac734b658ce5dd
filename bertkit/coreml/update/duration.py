"""Lengths of time as people write them."""

from __future__ import annotations

import math
import re

from bertkit.errors import InputError

_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h)\s*", re.ASCII)


def seconds_of(duration: str | float) -> float:
    """Return the seconds of `90s`, `3m`, `3 min`, `1.5 h`, or of a number of them.

    Raises:
        InputError: it is no length of time, or not above zero.
    """
    found = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    seconds = float(found[1]) * _UNITS[found[2]] if found else duration
    if isinstance(seconds, str) or not 0 < seconds < math.inf:
        raise InputError(f'A length of time is written as "90s", "3m", "3 min" or "1h", got {duration!r}.')
    return float(seconds)
