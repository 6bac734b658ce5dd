"""`bertkit update` trains, stops, goes on, and says what is wrong in one line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Package, save_model
from bertkit.coreml.update import UpdateTask

_RECIPE = Recipe((2, 2, 2), (("dense", 4, True), ("sigmoid",), ("dense", 3, True)))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    built = networks.build(_RECIPE, batch=4, epochs=3)
    return save_model(tmp_path / "head.mlmodel", built.specification)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    rows = networks.examples_for(networks.build(_RECIPE), 10)
    np.savez(tmp_path / "e.npz", **{name: np.stack([row[name] for row in rows]) for name in rows[0]})
    return tmp_path / "e.npz"


def _learned(model: Path, examples: Path, out: Path) -> bytes:
    task = UpdateTask(model, examples)
    task.resume()
    return task.result(60).save(out).read_bytes()


def test_a_new_model_is_written(bertkit: Callable[..., Any], model: Path, examples: Path, tmp_path: Path) -> None:
    before = model.read_bytes()
    run = bertkit("update", model, examples, "--out", tmp_path / "new.mlmodel")
    assert run.code == 0, run.error
    assert run.out.splitlines()[0].startswith("epoch 1: loss ")
    assert run.out.splitlines()[-1].endswith("new.mlmodel: learned 10 examples")
    assert (tmp_path / "new.mlmodel").read_bytes() == _learned(model, examples, tmp_path / "python.mlmodel")
    assert model.read_bytes() == before
    assert not list(tmp_path.glob("*.checkpoint"))


def test_json_says_the_same(bertkit: Callable[..., Any], model: Path, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.mlmodel"
    printed = bertkit("update", model, examples, "-o", out, "--epochs", 2, "--learning-rate", 0.5, "--json").out
    values = json.loads(printed)
    assert (values["model"], values["examples"], values["epochs"], values["finished"]) == (str(out), 10, 2, True)
    assert len(values["loss"]) == 2


def _heed_ctrl_c() -> None:
    """Undo what a shell does to the processes that it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_keeps_a_checkpoint_that_goes_on(
    bertkit: Callable[..., Any], model: Path, examples: Path, tmp_path: Path
) -> None:
    out, checkpoint = tmp_path / "new.mlmodel", tmp_path / "new.mlmodel.checkpoint"
    command = [sys.executable, "-m", "bertkit", "update", str(model), str(examples), "--out", str(out)]
    with subprocess.Popen(
        [*command, "--epochs", "100000000"], stderr=subprocess.PIPE, text=True, preexec_fn=_heed_ctrl_c
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while not checkpoint.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "interrupted after" in error
    assert "--resume goes on" in error
    assert not out.exists()
    learned = len(json.loads(str(np.load(checkpoint)["header"]))["progress"]["curve"])
    run = bertkit("update", model, examples, "--out", out, "--epochs", learned + 2, "--resume", "--json")
    assert json.loads(run.out)["epochs"] == learned + 2
    assert Package.open(out).specification.isUpdatable
    assert not checkpoint.exists()


def test_a_budget_ends_with_a_model_and_a_checkpoint(
    bertkit: Callable[..., Any], model: Path, examples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new.mlmodel"
    run = bertkit("update", model, examples, "--out", out, "--epochs", 100_000_000, "--budget", "0.5s")
    assert run.code == 0, run.error
    assert "The budget ended after" in run.out
    assert Package.open(out).specification.isUpdatable
    assert (tmp_path / "new.mlmodel.checkpoint").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--resume",), "There is nothing to resume"),
        (("--budget", "soon"), "A length of time is written as"),
        (("--learning-rate", "7"), "learningRate must be a finite number from 0 to 1, as the model declares; got 7.0"),
        (("--out", "new.mlpackage"), "name it new.mlmodel"),
        (("--out", "head.mlmodel"), "stays as it is"),
    ],
)
def test_bad_usage_is_one_line(
    bertkit: Callable[..., Any],
    model: Path,
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    run = bertkit("update", model, examples, "--out", "new.mlmodel", *arguments)
    assert run.code == 2
    assert message in run.error
    assert len(run.error.splitlines()) == 1


def test_a_bad_example_is_named(bertkit: Callable[..., Any], model: Path, tmp_path: Path) -> None:
    lines = [json.dumps({"x": [[[0, 1], [2, 3]]] * 2, "y_true": index}) for index in (0, 2, 3)]
    (tmp_path / "e.jsonl").write_text("\n".join(lines))
    run = bertkit("update", model, tmp_path / "e.jsonl", "--out", tmp_path / "new.mlmodel")
    assert (run.code, "Example 2: the target" in run.error) == (2, True)
    assert "a class from 0 to 2; got 3" in run.error
