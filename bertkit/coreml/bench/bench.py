"""Measures a model, each engine and precision in a process of its own, so that none warms up another."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml.bench.figures import Bench, Figures
from bertkit.coreml.bench.outputs import compare, read_outputs
from bertkit.coreml.checks import check_inputs
from bertkit.coreml.description import describe
from bertkit.coreml.engines.choose import available
from bertkit.coreml.example_inputs import example_inputs
from bertkit.coreml.package import Package
from bertkit.errors import InputError, ModelError

_REFERENCE = ("torch", "float32")
_PRECISIONS = ("float32", "bfloat16", "float16")
_SPARE_S = 600.0

Progress = Callable[[int, int], None]


def bench(
    path: str | Path,
    inputs: Mapping[str, Any] | None = None,
    *,
    engines: Sequence[str] | None = None,
    precisions: Sequence[str] = _PRECISIONS,
    threads: int | None = None,
    seconds: float = 2.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Bench:
    """Measure load time, prediction time, memory and error of a model.

    Args:
        path: an `.mlpackage` or `.mlmodel`.
        inputs: arrays by name to predict on; None makes them up from the model's description.
        engines: names as in `Configuration.engine`; None for all that are here.
        precisions: names as in `Configuration.precision`; Core ML chooses its own.
        threads: processor threads; None for all cores.
        seconds: how long the steady predictions of each are repeated; there are at least 3.
        seed: of the inputs that are made up.
        progress: called with how many combinations are measured, and how many there are.

    Raises:
        InputError: the inputs do not fit, or no value can be made up for one.
        FileError: there is no such model.
        ModelError: the model cannot be run at all, or a process that measures ends early.
    """
    features = describe(Package.open(path)).inputs
    values = example_inputs(features, np.random.default_rng(seed)) if inputs is None else dict(inputs)
    check_inputs(features, values)
    if seconds < 0:
        raise InputError(f"seconds must be at least 0; got {seconds}.")
    combinations = _combinations(available() if engines is None else engines, precisions)
    measured: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="bertkit-bench-") as folder:
        task: dict[str, Any] = {
            "model": str(path),
            "threads": threads,
            "seconds": seconds,
            "seed": seed,
            "inputs": None,
        }
        if inputs is not None:
            task["inputs"] = str(Path(folder) / "inputs.npz")
            np.savez(task["inputs"], allow_pickle=False, **values)
        for index, (engine, precision) in enumerate(combinations):
            place = Path(folder) / str(index)
            place.mkdir()
            measured.append(_measured({**task, "engine": engine, "precision": precision, "folder": str(place)}))
            measured[-1] = _compared(measured[-1], place, Path(folder) / "0")
            if progress is not None:
                progress(index + 1, len(combinations))
    return Bench(str(path), {name: _shown(value) for name, value in values.items()}, tuple(measured))


def _combinations(engines: Sequence[str], precisions: Sequence[str]) -> list[tuple[str, str]]:
    """Return what to measure, the reference first: all errors are differences from it."""
    wanted = [
        (engine, precision)
        for engine in engines
        if engine != "auto"
        for precision in (("auto",) if engine == "apple" else precisions)
    ]
    return [_REFERENCE, *(pair for pair in wanted if pair != _REFERENCE)]


def _measured(task: Mapping[str, Any]) -> Figures:
    command = [sys.executable, "-m", "bertkit.coreml.bench.worker"]
    limit = _SPARE_S + task["seconds"]
    try:
        done = subprocess.run(
            command, input=json.dumps(task), capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{task['model']} was not measured with {task['engine']} within {limit:g} s.") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"it ended with code {done.returncode}"]
        raise ModelError(f"{task['model']} cannot be measured with {task['engine']} in {task['precision']}: {last[0]}")
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def _compared(figures: Figures, place: Path, reference: Path) -> Figures:
    if figures.refused:
        if place == reference:
            raise ModelError(
                f"The model cannot be run with torch, which the others are compared with: {figures.refused}"
            )
        return figures
    difference = compare(read_outputs(place), read_outputs(reference))
    return replace(
        figures,
        error=difference.largest,
        relative_error=difference.relative,
        labels_differ=difference.labels_differ,
    )


def _shown(value: Any) -> str:
    return str(list(value.shape)) if isinstance(value, np.ndarray) else type(value).__name__
