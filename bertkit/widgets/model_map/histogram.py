"""How often which values occur in a parameter, counted when it is asked for."""

from __future__ import annotations

import numpy as np

from bertkit.inspect.origin import Origin
from bertkit.widgets.panel import Json

_BINS = 64


def histogram(origin: Origin, parameter: str) -> Json:
    """Count a parameter's values in 64 bins from the smallest to the largest.

    Raises:
        InputError: there is no such parameter.
        UnsupportedError: its values are stored in a form that is not read here.
    """
    values = origin.values(parameter)
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return {"name": parameter, "count": int(values.size), "finite": 0, "counts": [], "low": 0.0, "high": 0.0}
    low, high = float(finite.min()), float(finite.max())
    counts, _ = np.histogram(finite, bins=_BINS, range=(low, high) if high > low else (low - 0.5, high + 0.5))
    return {
        "name": parameter,
        "count": int(values.size),
        "finite": int(finite.size),
        "low": low,
        "high": high,
        "mean": float(finite.mean(dtype=np.float64)),
        "deviation": float(finite.std(dtype=np.float64)),
        "zeros": int(np.count_nonzero(finite == 0)),
        "counts": counts.tolist(),
    }
