"""Measures one engine in one precision. Run as a program: a task on standard input, figures on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml.bench.figures import Figures
from bertkit.coreml.bench.outputs import write_outputs
from bertkit.coreml.configuration import Configuration
from bertkit.coreml.example_inputs import example_inputs
from bertkit.coreml.model import Model
from bertkit.errors import DependencyError, InputError, UnsupportedError

_LEAST_RUNS, _MOST_RUNS = 3, 1000


def measure(task: Mapping[str, Any], clock: Callable[[], float] = time.perf_counter) -> Figures:
    """Measure what a task describes, and write the outputs of the first prediction to its folder.

    Args:
        task: `model`, `engine`, `precision`, `threads`, `seconds`, `seed`, `inputs` (an `.npz` or None), `folder`.
        clock: in seconds.
    """
    configuration = Configuration(
        engine=task["engine"],
        precision=task["precision"],
        threads=task["threads"],
        cache=Path(task["folder"]) / "compiled",
    )
    held = memory_mb("VmRSS")
    try:
        model, load = _timed(clock, lambda: _ready(task["model"], configuration))
        _, reload = _timed(clock, lambda: _ready(task["model"], configuration))
        inputs = _inputs(model, task)
        outputs, first = _timed(clock, lambda: model.predict(inputs))
    except (InputError, UnsupportedError, DependencyError) as error:
        return Figures(task["engine"], task["precision"], refused=str(error))
    write_outputs(Path(task["folder"]), outputs)
    times = _steady(clock, lambda: model.predict(inputs), task["seconds"])
    peak = memory_mb("VmHWM")
    return Figures(
        engine=task["engine"],
        precision=task["precision"],
        settings=model.engine.settings,
        load_ms=load,
        reload_ms=reload,
        first_ms=first,
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        runs=len(times),
        memory_mb=None if held is None or peak is None else peak - held,
    )


def memory_mb(field: str) -> float | None:
    """Return the memory that this process holds (`VmRSS`) or held at most (`VmHWM`), in megabytes.

    Read from `/proc`: what `getrusage` calls the maximum begins with that of the process that started this one. None
    where there is no such file.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:  # not Linux
        return None
    kilobytes = next((line.split()[1] for line in lines if line.startswith(f"{field}:")), None)
    return None if kilobytes is None else int(kilobytes) * 1024 / 1e6


def _ready(path: str, configuration: Configuration) -> Model:
    model = Model.load(path, configuration)
    _ = model.engine  # made when first asked for
    return model


def _inputs(model: Model, task: Mapping[str, Any]) -> dict[str, Any]:
    if task["inputs"] is None:
        return example_inputs(model.description.inputs, np.random.default_rng(task["seed"]))
    with np.load(task["inputs"], allow_pickle=False) as arrays:
        return dict(arrays)


def _timed(clock: Callable[[], float], work: Callable[[], Any]) -> tuple[Any, float]:
    started = clock()
    result = work()
    return result, (clock() - started) * 1e3


def _steady(clock: Callable[[], float], work: Callable[[], Any], seconds: float) -> list[float]:
    """Return the milliseconds of runs that follow the first."""
    times: list[float] = []
    end = clock() + seconds
    while len(times) < _LEAST_RUNS or (clock() < end and len(times) < _MOST_RUNS):
        times.append(_timed(clock, work)[1])
    return times


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(json.load(sys.stdin)))) + "\n")
