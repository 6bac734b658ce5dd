"""An interrupted update goes on to the same bytes; a kill at any moment loses no model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Configuration, save_model
from bertkit.coreml.update import Event, Semantics, UpdateTask
from bertkit.errors import BertkitError, FileError, InputError

_RECIPE = Recipe((2, 2, 2), (("dense", 4, True), ("sigmoid",), ("dense", 3, True)))
_WAIT = 60


def _built(optimizer: str) -> networks.Built:
    built = networks.build(_RECIPE, optimizer, batch=3, epochs=4)
    built.specification.neuralNetwork.updateParams.shuffle.defaultValue = True
    return built


def _finished(task: UpdateTask, path: Path) -> bytes:
    task.resume()
    return task.result(_WAIT).save(path).read_bytes()


@pytest.mark.parametrize("optimizer", ["sgdOptimizer", "adamOptimizer"])
@pytest.mark.parametrize("mini_batches", [1, 3, 4, 7, 12])
def test_an_update_goes_on_to_the_same_bytes(tmp_path: Path, optimizer: str, mini_batches: int) -> None:
    built = _built(optimizer)
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    rows = networks.examples_for(built, 8)
    expected = _finished(UpdateTask(path, rows), tmp_path / "whole.mlmodel")
    seen = []

    def stop(context: Any) -> None:
        seen.append(context)
        if len(seen) == mini_batches:
            context.task.cancel()

    first = UpdateTask(path, rows, None, {Event.MINI_BATCH_END: stop}, checkpoint=tmp_path / "c")
    first.resume()
    with pytest.raises(BertkitError, match="A new task with the checkpoint"):
        first.result(_WAIT)
    second = UpdateTask(path, rows, None, {Event.MINI_BATCH_END: seen.append}, checkpoint=tmp_path / "c")
    assert _finished(second, tmp_path / "continued.mlmodel") == expected
    assert len(seen) == 12


def test_a_changed_learning_rate_stays_changed(tmp_path: Path) -> None:
    built = _built("sgdOptimizer")
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    rows = networks.examples_for(built, 8)

    def schedule(context: Any) -> None:
        context.task.resume(with_parameters={"learningRate": context.parameters["learningRate"] / 2})

    def schedule_and_stop(context: Any) -> None:
        schedule(context)
        if context.metrics.epoch_index == 1:
            context.task.cancel()

    settings = Configuration(parameters={"learningRate": 0.5})
    expected = _finished(UpdateTask(path, rows, settings, {Event.EPOCH_END: schedule}), tmp_path / "w.mlmodel")
    first = UpdateTask(path, rows, settings, {Event.EPOCH_END: schedule_and_stop}, checkpoint=tmp_path / "c")
    first.resume()
    assert first.wait(_WAIT)
    second = UpdateTask(path, rows, settings, {Event.EPOCH_END: schedule}, checkpoint=tmp_path / "c")
    assert _finished(second, tmp_path / "c.mlmodel") == expected
    longer = Configuration(parameters={"learningRate": 0.5, "epochs": 6})
    third = UpdateTask(path, rows, longer, checkpoint=tmp_path / "c")
    third.resume()
    assert len(third.result(_WAIT).task.loss_curve) == 6


def test_a_checkpoint_of_another_update_is_refused(tmp_path: Path) -> None:
    built = _built("sgdOptimizer")
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    rows = networks.examples_for(built, 8)
    _finished(UpdateTask(path, rows, checkpoint=tmp_path / "c"), tmp_path / "new.mlmodel")
    with pytest.raises(InputError, match="of another model"):
        UpdateTask(tmp_path / "new.mlmodel", rows, checkpoint=tmp_path / "c")
    with pytest.raises(InputError, match="of other examples"):
        UpdateTask(path, rows[1:], checkpoint=tmp_path / "c")
    with pytest.raises(InputError, match="with the settings"):
        UpdateTask(path, rows, checkpoint=tmp_path / "c", semantics=Semantics(batch="sum"))


@pytest.mark.parametrize("damage", [lambda content: content[:-30], lambda content: b"", lambda content: b"no" * 50])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, damage: Any) -> None:
    built = _built("sgdOptimizer")
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    rows = networks.examples_for(built, 2)
    _finished(UpdateTask(path, rows, checkpoint=tmp_path / "c"), tmp_path / "new.mlmodel")
    (tmp_path / "c").write_bytes(damage((tmp_path / "c").read_bytes()))
    with pytest.raises(FileError, match="Delete it to begin anew"):
        UpdateTask(path, rows, checkpoint=tmp_path / "c")


def test_a_full_disk_fails_the_update_and_keeps_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = _built("sgdOptimizer")
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    rows = networks.examples_for(built, 2)
    kept = []

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def fill_disk(context: Any) -> None:
        if context.metrics.epoch_index == 1:
            kept.append((tmp_path / "c").read_bytes())
            monkeypatch.setattr("os.fsync", full)

    task = UpdateTask(path, rows, None, {Event.EPOCH_END: fill_disk}, checkpoint=tmp_path / "c")
    task.resume()
    with pytest.raises(FileError, match="No space left on device"):
        task.result(_WAIT)
    assert [(tmp_path / "c").read_bytes()] == kept


@pytest.mark.parametrize(
    ("suffix", "kills"),
    [
        ("mlmodel", 2),
        pytest.param("mlmodel", 200, marks=pytest.mark.slow),
        pytest.param("mlpackage", 200, marks=pytest.mark.slow),
    ],
)
def test_a_kill_at_any_moment_loses_no_model(tmp_path: Path, suffix: str, kills: int) -> None:
    script = Path(__file__).with_name("update_kills.py")
    command = [sys.executable, str(script), str(tmp_path), suffix, str(kills)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == f"kills {kills}, models lost 0, resumed right {kills}"
