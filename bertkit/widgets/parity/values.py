"""A comparison with the original as plain values."""

from __future__ import annotations

import math
from pathlib import Path

from bertkit.insight.module_parity import AnswerParity, ModuleParity
from bertkit.insight.parity import Parity
from bertkit.insight.subject import Example, Subject
from bertkit.widgets.panel import Json

NOTE = (
    "The original runs in torch, the file on the portable runtime, both in float32 on the same tokens. "
    "A file that stores rounded or compressed weights differs by what was rounded."
)
_LOWEST, _HIGHEST = -7.0, 1.0
"""Powers of ten between which errors are drawn."""


def facts(subject: Subject, checkpoint: str | Path, example: Example) -> list[str]:
    """Return what stands beside the title."""
    return [
        f"{subject.name} beside {Path(checkpoint).name}",
        f"window {example.index + 1} of {len(example.tokenization.windows)}",
    ]


def parity_values(parity: Parity, complete: bool = True) -> Json:
    """Return a comparison, or what is known of it so far."""
    first = parity.first_above
    return {
        "complete": complete,
        "statement": parity.statement if complete else "",
        "tolerance": parity.tolerance,
        "level": level(parity.tolerance),
        "modules": [module_values(module, module is first) for module in parity.modules],
        "answer": None if parity.answer is None else parity.answer.text,
        "engines": [_engine(engine) for engine in parity.engines],
    }


def module_values(module: ModuleParity, first: bool) -> Json:
    """Return layer, original, error, its height, cosine, signal to noise in decibels, and a mark in words."""
    mark = "first above" if first else "above" if module.above else ""
    error, cosine = _finite(module.max_error), _finite(module.cosine)
    return [module.layer, module.original, error, level(module.max_error), cosine, _finite(module.snr_db), mark]


def level(error: float) -> float:
    """Return where an error stands between 1e-7 and 10 on a logarithmic scale, 0 to 1; what is not finite at 1."""
    if not math.isfinite(error):
        return 1.0
    power = math.log10(error) if error > 0 else _LOWEST
    return round(min(1.0, max(0.0, (power - _LOWEST) / (_HIGHEST - _LOWEST))), 4)


def error_text(error: float) -> str:
    """Return `1.2e-03`, or `0` for values that are equal."""
    return "0" if error == 0 else f"{error:.1e}"


def snr_text(module: ModuleParity) -> str:
    """Return decibels, or `equal`."""
    return "equal" if module.snr_db == math.inf else f"{module.snr_db:.1f}"


def _engine(engine: AnswerParity) -> Json:
    return [engine.engine, engine.settings, engine.answer.text, engine.same, _finite(engine.max_error)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
