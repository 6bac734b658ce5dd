"""Measure the layers of a model on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bertkit.errors import InputError
from bertkit.insight.cost import Cost, Timing
from bertkit.insight.machine import Machine
from bertkit.insight.subject import Array, Subject
from bertkit.qa.progress import ProgressCallback

if TYPE_CHECKING:
    from bertkit.coreml.lowering import Lowered

RUNS = 20
_WARM_UP = 3


def measure_cost(
    subject: Subject, length: int | None = None, *, runs: int = RUNS, progress: ProgressCallback | None = None
) -> Cost:
    """Measure every layer of a reader with a row full of one token, since time does not depend on which tokens it has.

    Args:
        subject: the reader.
        length: tokens in the row; None for the model's longest.
        runs: how many to count.
        progress: as in `measure_layers`.

    Raises:
        InputError: the length is outside the model's, or `runs` is less than 1.
    """
    return measure_layers(subject.lowered, _full_row(subject, length), runs=runs, progress=progress)


def compare_costs(
    subject: Subject, lengths: Sequence[int], *, runs: int = RUNS, progress: ProgressCallback | None = None
) -> list[Cost]:
    """Measure several row lengths; arguments as `measure_cost`, progress over all of them."""
    steps = _WARM_UP + runs
    return [
        measure_cost(subject, length, runs=runs, progress=_shifted(progress, index * steps, steps * len(lengths)))
        for index, length in enumerate(lengths)
    ]


def measure_layers(
    lowered: Lowered,
    inputs: Mapping[str, Array],
    *,
    runs: int = RUNS,
    warm_up: int = _WARM_UP,
    progress: ProgressCallback | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Cost:
    """Measure every layer of any lowered Core ML model, in turn with whole runs.

    Args:
        lowered: the model.
        inputs: by feature name, float32 or int32.
        runs: how many to count.
        warm_up: how many to run before.
        progress: called after each layer with the runs done and their number; what it raises ends the work.
        clock: in seconds.

    Raises:
        InputError: a number is too small.
    """
    from bertkit.insight.timing import threads, time_layers, time_whole

    if runs < 1 or warm_up < 0:
        raise InputError(f"runs must be at least 1 and warm_up at least 0, got {runs} and {warm_up}.")
    machine, whole, parts = Machine.here(threads()), [], []
    for run in range(warm_up + runs):
        whole.append(time_whole(lowered, inputs, clock))
        parts.append(time_layers(lowered, inputs, clock, _reporter(progress, run, warm_up + runs)))
        if progress is not None:
            progress(run + 1, warm_up + runs)
    layers = tuple(parts[0])
    milliseconds = np.array([[run_ms[layer] for layer in layers] for run_ms in parts[warm_up:]])
    shapes = {name: array.shape for name, array in inputs.items()}
    return Cost(shapes, layers, milliseconds, Timing.of(np.array(whole[warm_up:])), warm_up, machine)


def _reporter(progress: ProgressCallback | None, run: int, runs: int) -> Callable[[], None]:
    """Return what to call after each layer, so that a long run can be ended within it."""
    if progress is None:
        return lambda: None
    report = progress
    return lambda: report(run, runs)


def _shifted(progress: ProgressCallback | None, before: int, of_all: int) -> ProgressCallback | None:
    """Return a callback for one of several measurements, which reports to that of them all."""
    if progress is None:
        return None
    overall = progress

    def report(done: int, total: int) -> None:
        overall(before + done, of_all)

    return report


def _full_row(subject: Subject, length: int | None) -> dict[str, Array]:
    settings = subject.reader.settings
    size = settings.lengths[-1] if length is None else length
    if not settings.lengths[0] <= size <= settings.lengths[-1]:
        listed = ", ".join(map(str, settings.lengths))
        raise InputError(f"The model takes rows of {listed} tokens; got length={size}.")
    values = {"input_ids": settings.pair.prefix_ids[0], "attention_mask": 1, "token_type_ids": 0}
    return {name: np.full((1, size), values[name], np.int32) for name in settings.inputs}
