"""A background update keeps its budget, its share and its moments, and goes on in another session."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Configuration, Package, save_model
from bertkit.coreml.update import BackgroundUpdate, Event, ModelStore, TaskState, UpdateTask
from bertkit.coreml.update.control import Cancelled, Control
from bertkit.coreml.update.duration import seconds_of
from bertkit.errors import InputError

_RECIPE = Recipe((2, 2, 2), (("dense", 4, True), ("sigmoid",), ("dense", 3, True)))
_WAIT = 60
_ENDLESS = Configuration(parameters={"epochs": 10_000_000})


@pytest.fixture
def built() -> networks.Built:
    return networks.build(_RECIPE, batch=2, epochs=2)


@pytest.fixture
def store(built: networks.Built, tmp_path: Path) -> ModelStore:
    return ModelStore.create(tmp_path / "store", save_model(tmp_path / "m.mlmodel", built.specification))


def test_an_update_without_limits_completes(store: ModelStore, built: networks.Built) -> None:
    update = BackgroundUpdate(store.update(networks.examples_for(built, 4))).start()
    assert update.wait(_WAIT)
    assert not update.expired
    assert store.keep(update.task.result(_WAIT)).number == 1


def test_a_budget_ends_and_another_session_goes_on(store: ModelStore, built: networks.Built) -> None:
    rows = networks.examples_for(built, 4)
    told: list[UpdateTask] = []
    first = BackgroundUpdate(store.update(rows, _ENDLESS), budget="0.3 s", on_expiration=told.append).start()
    assert first.wait(_WAIT)
    assert first.expired
    assert told == [first.task]
    assert first.task.state is TaskState.FAILED
    learned = len(first.task.loss_curve)
    again = ModelStore(store.folder)
    enough = Configuration(parameters={"epochs": learned + 1})
    second = BackgroundUpdate(again.update(rows, enough)).start()
    assert second.wait(_WAIT)
    assert len(second.task.loss_curve) == learned + 1
    version = again.keep(second.task.result(_WAIT))
    assert Package.open(again.path(version)).specification.isUpdatable


def test_it_waits_for_the_right_moment(store: ModelStore, built: networks.Built) -> None:
    idle, begun = threading.Event(), threading.Event()
    handlers = {Event.MINI_BATCH_END: lambda _: begun.set()}
    task = store.update(networks.examples_for(built, 4), _ENDLESS, progress_handlers=handlers)
    update = BackgroundUpdate(task, when=idle.is_set).start()
    assert not begun.wait(0.4)
    idle.set()
    assert begun.wait(_WAIT)
    idle.clear()
    _until(lambda: task.state is TaskState.SUSPENDED)
    time.sleep(0.1)
    epochs = len(task.loss_curve)
    time.sleep(0.2)
    assert len(task.loss_curve) == epochs
    idle.set()
    _until(lambda: len(task.loss_curve) > epochs)
    update.stop()
    assert update.wait(_WAIT)
    assert task.state in (TaskState.CANCELLING, TaskState.FAILED)


def test_a_task_that_someone_paused_stays_paused(store: ModelStore, built: networks.Built) -> None:
    task = store.update(networks.examples_for(built, 4), _ENDLESS)
    update = BackgroundUpdate(task).start()
    _until(lambda: task.loss_curve)
    task.pause()
    time.sleep(0.3)
    assert task.state is TaskState.SUSPENDED
    update.stop()
    assert update.wait(_WAIT)


def test_only_a_share_of_the_time_is_taken() -> None:
    worked = {}
    for share in (1.0, 0.25):
        control = Control()
        control.share = share
        started, spent = time.monotonic(), 0.0
        while time.monotonic() - started < 1.2:
            began = time.thread_time()
            while time.thread_time() - began < 0.01:
                pass
            spent += time.thread_time() - began
            control.check()
        worked[share] = spent
    assert worked[0.25] < 0.5 * worked[1.0]


def test_a_rest_ends_when_the_work_is_cancelled() -> None:
    control = Control()
    control.share = 0.001
    threading.Timer(0.2, control.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        while True:
            time.sleep(0.06)
            control.check()
    assert time.monotonic() - started < 5


def test_a_faulty_condition_cancels_the_update(store: ModelStore, built: networks.Built) -> None:
    def fail() -> bool:
        raise RuntimeError("no sensor")

    update = BackgroundUpdate(store.update(networks.examples_for(built, 4)), when=fail).start()
    assert update.wait(_WAIT)
    assert update.task.state is TaskState.FAILED


def test_limits_are_checked(store: ModelStore, built: networks.Built) -> None:
    rows = networks.examples_for(built, 4)
    for options in ({"cpu_share": 0.0}, {"cpu_share": 1.5}, {"budget": "soon"}, {"budget": -1.0}):
        with pytest.raises(InputError):
            BackgroundUpdate(store.update(rows), **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not begun"):
        BackgroundUpdate(store.update(rows)).wait()
    task = store.update(rows)
    task.resume()
    task.result(_WAIT)
    with pytest.raises(InputError, match="it is completed"):
        BackgroundUpdate(task)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("3m", 180), ("3 min", 180), ("1.5 h", 5400), ("2 sec", 2), (7, 7), (0.5, 0.5)]
)
def test_lengths_of_time(text: Any, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "m", "3 days", "-3 s", 0, -1, float("nan"), float("inf"), "0 s"])
def test_what_is_no_length_of_time(text: Any) -> None:
    with pytest.raises(InputError, match="A length of time"):
        seconds_of(text)


def _until(condition: Any) -> None:
    deadline = time.monotonic() + _WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
