"""An update in a process of its own does what it does in a thread, byte for byte."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import update_networks as networks
import validate_models as models
from update_networks import Recipe

from bertkit.coreml import Configuration, Model, save_model
from bertkit.coreml.update import Event, TaskState, UpdateTask
from bertkit.errors import BertkitError, InputError

_RECIPE = Recipe((2, 2, 2), (("dense", 4, True), ("sigmoid",), ("dense", 3, True)))
_WAIT = 120


@pytest.fixture
def built() -> networks.Built:
    return networks.build(_RECIPE, "adamOptimizer", batch=3, epochs=4)


@pytest.fixture
def path(built: networks.Built, tmp_path: Path) -> Path:
    return save_model(tmp_path / "m.mlmodel", built.specification)


def test_a_process_learns_the_same_as_a_thread(path: Path, built: networks.Built, tmp_path: Path) -> None:
    rows = networks.examples_for(built, 8)
    results, seen = [], []

    def halve(context: Any) -> None:
        parameters = context.parameters
        seen.append((context.metrics, float(parameters["layer_0.weights"].sum()), os.getpid()))
        context.task.resume(with_parameters={"learningRate": parameters["learningRate"] / 2})

    for process in (False, True):
        handlers = {Event.EPOCH_END: halve}
        task = UpdateTask(path, rows, None, handlers, process=process, checkpoint=tmp_path / f"c{process}")
        task.resume()
        results.append(task.result(_WAIT).save(tmp_path / f"{process}.mlmodel").read_bytes())
        assert task.fraction == 1
    assert results[0] == results[1]
    assert seen[:4] == seen[4:]
    again = UpdateTask(path, rows, checkpoint=tmp_path / "cTrue")
    again.resume()
    assert again.result(_WAIT).save(tmp_path / "again.mlmodel").read_bytes() == results[0]


def test_a_process_is_paused_cancelled_and_goes_on(path: Path, built: networks.Built, tmp_path: Path) -> None:
    rows = networks.examples_for(built, 8)
    begun = threading.Event()
    endless = Configuration(parameters={"epochs": 10_000_000})
    task = UpdateTask(
        path, rows, endless, {Event.EPOCH_END: lambda _: begun.set()}, process=True, checkpoint=tmp_path / "c"
    )
    task.resume()
    assert begun.wait(_WAIT)
    task.pause()
    time.sleep(0.3)
    epochs = len(task.loss_curve)
    time.sleep(0.2)
    assert len(task.loss_curve) == epochs
    task.cancel()
    assert task.wait(_WAIT)
    assert task.state is TaskState.FAILED
    assert "cancelled after" in str(task.error)
    epochs = len(task.loss_curve)
    enough = Configuration(parameters={"epochs": epochs + 1})
    whole, continued = UpdateTask(path, rows, enough), UpdateTask(path, rows, enough, checkpoint=tmp_path / "c")
    for one in (whole, continued):
        one.resume()
    saved = [one.result(_WAIT).save(tmp_path / f"{index}.mlmodel") for index, one in enumerate((whole, continued))]
    assert saved[0].read_bytes() == saved[1].read_bytes()


@pytest.mark.slow
def test_errors_of_the_process_are_those_of_a_thread(path: Path, built: networks.Built) -> None:
    rows = networks.examples_for(built, 3)
    rows[1]["y_true"] = [7]
    task = UpdateTask(path, rows, process=True)
    task.resume()
    with pytest.raises(InputError, match=r"Example 1: .* must be a class from 0 to 2; got 7"):
        task.result(_WAIT)


@pytest.mark.slow
def test_a_process_that_dies_fails_the_task(path: Path, built: networks.Built, tmp_path: Path) -> None:
    begun = threading.Event()
    endless = Configuration(parameters={"epochs": 10_000_000})
    rows = networks.examples_for(built, 8)
    handlers = {Event.EPOCH_END: lambda _: begun.set()}
    task = UpdateTask(path, rows, endless, handlers, process=True, checkpoint=tmp_path / "c")
    task.resume()
    assert begun.wait(_WAIT)
    (child,) = multiprocessing.active_children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(BertkitError, match=r"ended unexpectedly \(exit code -9\)"):
        task.result(_WAIT)
    resumed = UpdateTask(path, rows, Configuration(parameters={"epochs": 1}), checkpoint=tmp_path / "c")
    resumed.resume()
    assert len(resumed.result(_WAIT).task.loss_curve) >= 1


@pytest.mark.slow
def test_neighbors_are_taught_in_a_process(tmp_path: Path) -> None:
    path = save_model(tmp_path / "n.mlmodel", models.neighbors(0, 2))
    task = UpdateTask(path, [{"embedding": [1, 2], "label": "a"}, {"embedding": [7, 8], "label": "b"}], process=True)
    task.resume()
    saved = task.result(_WAIT).save(tmp_path / "new.mlmodel")
    assert str(Model.load(saved).predict({"embedding": [1.0, 2.0]})["label"]) in ("a", "b")
    assert list(task.result().package.specification.kNearestNeighborsClassifier.stringClassLabels.vector) == ["a", "b"]
