"""`bertkit bench` prints a table or JSON, and names what is wrong."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml import proto, save_model
from bertkit.coreml.bench.worker import measure


@pytest.fixture
def model(tmp_path: Path) -> Path:
    made = proto.model_pb2().Model(specificationVersion=4)
    for features, name in ((made.description.input, "x"), (made.description.output, "y")):
        kind = features.add(name=name).type.multiArrayType
        kind.shape.append(3)
        kind.dataType = kind.FLOAT32
    layer = made.neuralNetwork.layers.add(name="double", input=["x"], output=["y"])
    layer.activation.linear.alpha = 2
    return save_model(tmp_path / "m.mlmodel", made)


def test_bench_prints_json(bertkit, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In this process, which has imported everything; that each is measured in its own is tested beside `bench`.
    monkeypatch.setattr(import_module("bertkit.coreml.bench.bench"), "_measured", measure)
    np.savez(tmp_path / "x.npz", x=np.ones(3, np.float32))
    options = ("--engine", "torch", "--precision", "float32", "--seconds", 0, "--threads", 1)
    run = bertkit("bench", model, "--inputs", tmp_path / "x.npz", *options, "--json")
    assert run.code == 0, run.error
    told = json.loads(run.out)
    assert told["inputs"] == {"x": "[3]"}
    assert [(each["engine"], each["precision"], each["error"]) for each in told["figures"]] == [("torch", "float32", 0)]


def test_bench_names_inputs_that_do_not_fit(bertkit, model: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.ones(4, np.float32))
    run = bertkit("bench", model, "--inputs", tmp_path / "x.npz")
    assert run.code != 0
    assert "float32 of shape [3]" in run.error
    assert "got shape [4]" in run.error
