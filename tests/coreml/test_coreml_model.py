"""Predictions and traces, through the reference engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import coreml_programs
import numpy as np
import pytest

from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.errors import InputError

_TORCH = Configuration(engine="torch")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = coreml_programs.token_scorer((1, 4), ranges=[(1, 4), (1, 64)])
    return save_model(tmp_path_factory.mktemp("model") / "scorer.mlpackage", model)


@pytest.fixture(scope="module")
def model(path: Path) -> Model:
    return Model.load(path, _TORCH)


def test_prediction_equals_the_arithmetic_written_out(model: Model) -> None:
    ids = np.array([[3, 1, 4, 1], [5, 9, 2, 6]])
    rng = np.random.default_rng(7)
    table = rng.normal(size=(50, 8)).astype(np.float16).astype(np.float64)
    weight, head = (rng.normal(size=size) for size in ((8, 8), (1, 8)))
    embedded = table[ids]
    centered = embedded - embedded.mean(-1, keepdims=True)
    normal = centered / np.sqrt((centered**2).mean(-1, keepdims=True) + 1e-5)
    similarity = (normal @ weight.T + 1) @ normal.swapaxes(1, 2)
    attention = np.exp(similarity) / np.exp(similarity).sum(-1, keepdims=True)
    expected = (attention @ normal @ head.T)[..., 0]
    result = model.predict({"ids": ids})["scores"]
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_trace_shows_every_layer_in_order_of_computation(model: Model) -> None:
    inputs = {"ids": [[3, 1, 4]]}
    trace = model.trace(inputs)
    assert list(trace) == ["embed", "norm", "query", "similarity", "attention", "mix", "head", "scores"]
    assert trace["attention"].shape == (1, 3, 3)
    np.testing.assert_allclose(trace["attention"].sum(-1), 1, atol=1e-6)
    np.testing.assert_array_equal(trace["scores"], model.predict(inputs)["scores"])
    assert list(model.trace(inputs, ["head", "norm"])) == ["norm", "head"]


def test_an_unknown_layer_is_named_with_near_ones(model: Model) -> None:
    with pytest.raises(InputError, match=r'no layer "atention" among its 8 layers. Near to it: attention'):
        model.trace({"ids": [[1]]}, ["atention"])


def test_a_batch_is_its_rows_one_by_one(model: Model) -> None:
    rows = [{"ids": [[1, 2, 3]]}, {"ids": [[4]]}, {"ids": [[5, 6], [7, 8]]}]
    for row, result in zip(rows, model.predict_batch(rows), strict=True):
        np.testing.assert_array_equal(result["scores"], model.predict(row)["scores"])
    assert model.predict_batch([]) == []


def test_a_wrong_row_of_a_batch_is_named(model: Model) -> None:
    with pytest.raises(InputError, match=r"Row 1 of 2: The model takes the inputs ids; got id"):
        model.predict_batch([{"ids": [[1]]}, {"id": [[1]]}])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"ids": [[1] * 65]}, r"must be int32 of shape \[1..4, 1..64\], got shape \[1, 65\]"),
        ({"ids": [1, 2]}, r"got shape \[2\]"),
        ({"ids": [[0.5]]}, "got float64"),
        ({}, r"takes the inputs ids; got nothing \(missing: ids\)"),
        ({"ids": [[1]], "mask": [[1]]}, r"not an input: mask"),
    ],
)
def test_wrong_inputs_are_refused_before_an_engine_is_made(path: Path, inputs: dict, message: str) -> None:
    fresh = Model.load(path, _TORCH)
    with pytest.raises(InputError, match=message):
        fresh.predict(inputs)
    assert fresh._engine is None


def test_threads_share_a_model(path: Path) -> None:
    shared = Model.load(path, _TORCH)
    rows = [{"ids": [[index, index + 1]]} for index in range(20)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(shared.predict, rows))
    for row, result in zip(rows, results, strict=True):
        np.testing.assert_array_equal(result["scores"], shared.predict(row)["scores"])


def test_an_open_package_can_be_loaded(path: Path) -> None:
    package = Package.open(path)
    assert Model.load(package).package is package
    assert Model.load(package).configuration == Configuration()


def test_an_unknown_function_is_refused(path: Path) -> None:
    with pytest.raises(InputError, match=r'no function "other"\. It has: main'):
        Model.load(path, Configuration(function_name="other"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "onnx"}, r"engine must be one of auto, torch, openvino, apple; got 'onnx'"),
        ({"precision": "int8"}, "precision must be one of auto, float32, bfloat16, float16; got 'int8'"),
        ({"compute_units": "gpu"}, "compute_units must be one of all, cpu_only"),
        ({"threads": 0}, "threads must be a whole number of at least 1"),
        ({"threads": True}, "threads must be a whole number"),
        ({"preferred_device": "tpu"}, "preferred_device must be"),
        ({"cache": True}, "cache must be a folder"),
    ],
)
def test_a_configuration_is_checked(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Configuration(**options)
