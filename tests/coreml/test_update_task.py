"""An update as its user sees it: states, events, parameters and their limits, results and refusals."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import update_networks as networks
import validate_models as models
from update_networks import Recipe

from bertkit.coreml import Configuration, Package, save_model
from bertkit.coreml.update import Event, ParameterKey, TaskState, UpdateTask, update_records
from bertkit.errors import BertkitError, InputError, ModelError

_LAYERS = (("dense", 4, True), ("sigmoid",), ("dense", 3, True))
_RECIPE = Recipe((2, 2, 2), _LAYERS)
_WAIT = 60


@pytest.fixture
def built() -> networks.Built:
    return networks.build(_RECIPE, batch=4, epochs=3, learningRate=0.1, momentum=0.5)


@pytest.fixture
def path(built: networks.Built, tmp_path: Path) -> Path:
    return save_model(tmp_path / "m.mlmodel", built.specification)


def _endless(path: Path, rows: list[dict[str, Any]], **options: Any) -> tuple[UpdateTask, threading.Event]:
    """Return a task that would train for hours, and an event that is set at its first mini-batch."""
    begun = threading.Event()
    handlers = {Event.MINI_BATCH_END: lambda context: begun.set()}
    configuration = Configuration(parameters={"epochs": 10_000_000})
    return UpdateTask(path, rows, configuration, handlers, **options), begun


def test_a_task_begins_suspended_and_completes(path: Path, built: networks.Built) -> None:
    ended = []
    task = UpdateTask(path, networks.examples_for(built, 6), completion_handler=ended.append)
    assert task.state is TaskState.SUSPENDED
    task.resume()
    context = task.result(_WAIT)
    assert (task.state, task.error, ended) == (TaskState.COMPLETED, None, [context])
    assert context.event is None
    assert context.metrics.epoch_index == 2
    assert context.metrics.loss == task.loss_curve[-1]


def test_events_come_in_order_with_places_from_zero(path: Path, built: networks.Built) -> None:
    seen = []

    def note(context: Any) -> None:
        metrics = context.metrics
        seen.append((context.event, metrics.epoch_index, metrics.mini_batch_index))

    every = Event.TRAINING_BEGIN | Event.EPOCH_END | Event.MINI_BATCH_END
    task = UpdateTask(path, networks.examples_for(built, 6), Configuration(parameters={"epochs": 2}), {every: note})
    task.resume()
    task.result(_WAIT)
    epoch = [(Event.MINI_BATCH_END, 0), (Event.MINI_BATCH_END, 1), (Event.EPOCH_END, 1)]
    assert seen == [(Event.TRAINING_BEGIN, 0, -1)] + [(event, i, j) for i in (0, 1) for event, j in epoch]


def test_a_handler_changes_the_learning_rate_and_sees_the_model(path: Path, built: networks.Built) -> None:
    rows = networks.examples_for(built, 6)
    rates, predictions = [], []

    def halve(context: Any) -> None:
        rates.append(context.parameters[ParameterKey.LEARNING_RATE])
        predictions.append(context.model.predict({"x": rows[0]["x"]})["y"])
        context.task.resume(with_parameters={ParameterKey.LEARNING_RATE: rates[-1] / 2})

    task = UpdateTask(path, rows, None, {Event.EPOCH_END: halve})
    task.resume()
    context = task.result(_WAIT)
    assert rates == [0.1, 0.05, 0.025]
    assert context.parameters["learningRate"] == 0.0125
    assert not np.array_equal(predictions[0], predictions[2])
    np.testing.assert_array_equal(predictions[2], context.model.predict({"x": rows[0]["x"]})["y"])


def test_pause_holds_and_resume_goes_on(path: Path, built: networks.Built) -> None:
    task, begun = _endless(path, networks.examples_for(built, 6))
    task.resume()
    assert begun.wait(_WAIT)
    task.pause()
    assert task.state is TaskState.SUSPENDED
    time.sleep(0.1)
    epochs = len(task.loss_curve)
    time.sleep(0.1)
    assert len(task.loss_curve) == epochs
    task.resume()
    deadline = time.monotonic() + _WAIT
    while len(task.loss_curve) <= epochs + 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(task.loss_curve) > epochs + 1
    task.cancel()
    assert task.wait(_WAIT)


def test_cancel_ends_within_a_second(path: Path, built: networks.Built) -> None:
    ended: list[Any] = []
    task, begun = _endless(path, networks.examples_for(built, 6), completion_handler=ended.append)
    task.resume()
    assert begun.wait(_WAIT)
    started = time.monotonic()
    task.cancel()
    assert task.state in (TaskState.CANCELLING, TaskState.FAILED)
    assert task.wait(_WAIT)
    assert time.monotonic() - started < 1
    assert task.state is TaskState.FAILED
    assert "cancelled after" in str(task.error)
    assert len(ended) == 1
    with pytest.raises(BertkitError, match="cancelled after"):
        task.result()
    with pytest.raises(InputError, match="is failed and cannot be resumed"):
        task.resume()


def test_cancel_before_the_beginning_and_while_paused(path: Path, built: networks.Built) -> None:
    rows = networks.examples_for(built, 6)
    task, _ = _endless(path, rows)
    task.cancel()
    assert task.wait(1)
    assert task.state is TaskState.FAILED
    task, begun = _endless(path, rows)
    task.resume()
    assert begun.wait(_WAIT)
    task.pause()
    task.cancel()
    assert task.wait(_WAIT)


def test_a_task_can_be_awaited(path: Path, built: networks.Built) -> None:
    async def update() -> float:
        task = UpdateTask(path, networks.examples_for(built, 6))
        task.resume()
        return (await task).metrics.loss

    assert asyncio.run(update()) > 0


def test_waiting_for_what_never_began_is_refused(path: Path, built: networks.Built) -> None:
    task = UpdateTask(path, networks.examples_for(built, 1))
    for wait in (task.wait, task.result, task.__await__):
        with pytest.raises(InputError, match=r"Call resume\(\) first"):
            wait()


def test_result_gives_up_after_its_timeout(path: Path, built: networks.Built) -> None:
    task, begun = _endless(path, networks.examples_for(built, 6))
    task.resume()
    assert begun.wait(_WAIT)
    assert not task.wait(0.01)
    with pytest.raises(TimeoutError):
        task.result(0.01)
    task.cancel()
    assert task.wait(_WAIT)


def test_handlers_are_checked(path: Path, built: networks.Built) -> None:
    rows = networks.examples_for(built, 1)
    for handlers in ({"epoch_end": print}, {Event.EPOCH_END: "print"}):
        with pytest.raises(InputError, match="progress_handlers must give a function for each event"):
            UpdateTask(path, rows, None, handlers)  # type: ignore[arg-type]


def test_importing_updates_is_cheap() -> None:
    script = "import sys, bertkit.coreml.update; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert not {"torch", "coremltools", "pandas", "PIL"} & set(printed.split())


def test_a_failing_handler_fails_the_task(path: Path, built: networks.Built) -> None:
    def fail(context: Any) -> None:
        raise RuntimeError("no")

    task = UpdateTask(path, networks.examples_for(built, 6), None, {Event.EPOCH_END: fail})
    task.resume()
    with pytest.raises(RuntimeError, match="no"):
        task.result(_WAIT)
    assert isinstance(task.error, RuntimeError)


def test_a_growing_loss_is_told(path: Path, built: networks.Built) -> None:
    network = built.specification.neuralNetwork.updateParams
    network.optimizer.sgdOptimizer.learningRate.range.maxValue = 1e30
    loud = networks.build(Recipe((2, 2, 2), (("dense", 3, True),), "squared_error"), epochs=200)
    loud.specification.neuralNetwork.updateParams.optimizer.sgdOptimizer.learningRate.range.maxValue = 1e9
    save_model(path, loud.specification)
    task = UpdateTask(path, networks.examples_for(loud, 6), Configuration(parameters={"learningRate": 1e6}))
    task.resume()
    with pytest.raises(BertkitError, match="lower the learning rate"):
        task.result(_WAIT)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"learningRate": 2.0}, "learningRate must be a finite number from 0 to 1, as the model declares; got 2"),
        ({"learning_rate": float("nan")}, "learningRate must be a finite number from 0 to 1; got nan"),
        ({"miniBatchSize": 5}, "miniBatchSize must be one of 4, 8"),
        ({"miniBatchSize": 4.0}, "miniBatchSize must be one of 4, 8; got 4.0"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1"),
        ({"shuffle": 1}, "shuffle must be true or false; got 1"),
        ({"beta1": 0.5}, 'no update parameter "beta1". It has: learningRate'),
        ({"speed": 1}, 'There is no update parameter "speed". There are: learningRate'),
        ({"weights": np.zeros((3, 4))}, "Weights and biases are scoped to a layer"),
        ({"layer_0.weights": np.zeros((3, 4))}, r"weights must be an array of shape \[4, 8\]; got shape \[3, 4\]"),
        ({"softmax.weights": np.zeros((3, 4))}, 'no update parameter "softmax.weights"'),
    ],
)  # fmt: skip
def test_parameters_are_held_to_the_files_limits(
    path: Path, built: networks.Built, parameters: dict[str, Any], message: str
) -> None:
    built.specification.neuralNetwork.updateParams.optimizer.sgdOptimizer.miniBatchSize.set.values.extend([4, 8])
    save_model(path, built.specification)
    with pytest.raises(InputError, match=message):
        UpdateTask(path, networks.examples_for(built, 2), Configuration(parameters=parameters))
    task, begun = _endless(path, networks.examples_for(built, 2))
    task.resume()
    assert begun.wait(_WAIT)
    with pytest.raises(InputError, match=message):
        task.resume(with_parameters=parameters)
    task.cancel()
    assert task.wait(_WAIT)


def test_keys_are_scoped_and_printed_as_core_ml_does() -> None:
    key = ParameterKey.WEIGHTS.scoped("FullyConnected")
    assert str(key) == "FullyConnected.weights"
    assert ParameterKey.of("FullyConnected.weights") == key
    assert ParameterKey.of("mini_batch_size") == ParameterKey.MINI_BATCH_SIZE


def test_a_model_that_is_not_updatable_says_why(tmp_path: Path) -> None:
    path = save_model(tmp_path / "m.mlmodel", models.frozen_network())
    with pytest.raises(ModelError, match=r"cannot be updated: .*not marked as updatable"):
        UpdateTask(path, [])


def test_the_result_carries_its_records(path: Path, built: networks.Built, tmp_path: Path) -> None:
    rows = networks.examples_for(built, 6)
    first = UpdateTask(path, rows)
    first.resume()
    once = first.result(_WAIT).save(tmp_path / "once.mlmodel")
    second = UpdateTask(once, rows[:3], Configuration(parameters={"epochs": 1}))
    second.resume()
    twice = second.result(_WAIT).save(tmp_path / "twice.mlmodel")
    records = update_records(Package.open(twice).specification)
    assert [record.base for record in records] == [Package.open(path).digest, Package.open(once).digest]
    assert [(record.examples, record.epochs, len(record.loss)) for record in records] == [(6, 3, 3), (3, 1, 1)]
    assert records[0].loss == first.loss_curve
    assert records[0].parameters["learningRate"] == 0.1
    assert json.dumps(records[0].semantics)
    again = UpdateTask(path, rows)
    again.resume()
    assert again.result(_WAIT).save(tmp_path / "again.mlmodel").read_bytes() == once.read_bytes()


def test_a_result_that_cannot_be_saved_leaves_what_was_there(
    path: Path, built: networks.Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = UpdateTask(path, networks.examples_for(built, 6))
    task.resume()
    context = task.result(_WAIT)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BertkitError, match="No space left on device"):
        context.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
