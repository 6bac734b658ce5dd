"""Devices, precision and parameters of a configuration: what is taken, what is refused, and what it does to results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import update_networks as networks
from hypothesis import given
from hypothesis import strategies as st
from update_networks import Recipe

from bertkit.coreml import Configuration, Model, save_model
from bertkit.coreml.engines import apple_engine, choose, devices
from bertkit.coreml.update import UpdateTask
from bertkit.errors import InputError, UnsupportedError

_RECIPE = Recipe((8, 1, 1), (("dense", 16, True), ("dense", 3, True)), loss="squared_error")


def _with_cuda(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(devices, "cuda_count", lambda: count)


@pytest.mark.parametrize(
    ("preferred", "count", "chosen"),
    [
        ("cpu", 2, "cpu"),
        ("cuda", 2, "cuda:0"),
        ("cuda:1", 2, "cuda:1"),
        ("cuda:0, cuda:1", 2, "cuda:1"),
        ("cuda:1, cuda:0", 2, "cuda:0"),
        ("cpu, cuda:0, cuda:1", 1, "cuda:0"),
        ("cpu,cuda:0,cuda:1", 0, "cpu"),
        ("cuda:0, cpu", 4, "cpu"),
        (None, 4, "cpu"),
    ],
)
def test_the_last_named_device_that_exists_is_taken(
    monkeypatch: pytest.MonkeyPatch, preferred: str | None, count: int, chosen: str
) -> None:
    _with_cuda(monkeypatch, count)
    assert devices.choose_device(Configuration(preferred_device=preferred)) == chosen


@given(st.lists(st.sampled_from(["cpu", "cuda:0", "cuda:1", "cuda:2"]), min_size=1, max_size=5), st.integers(0, 3))
def test_the_chosen_device_is_named_and_here(names: list[str], count: int) -> None:
    here = [name for name in names if name == "cpu" or int(name[5:]) < count]
    configuration = Configuration(preferred_device=",".join(names))
    with pytest.MonkeyPatch.context() as monkeypatch:
        _with_cuda(monkeypatch, count)
        if here:
            assert devices.choose_device(configuration) == here[-1]
        else:
            with pytest.raises(InputError, match=f"torch finds {count} CUDA devices here"):
                devices.choose_device(configuration)


@pytest.mark.parametrize(
    ("units", "engine", "count", "chosen"),
    [("cpu_and_gpu", "auto", 1, "cuda:0"), ("cpu_and_gpu", "auto", 0, "cpu"), ("cpu_and_gpu", "openvino", 1, "cpu"),
     ("all", "auto", 1, "cpu"), ("cpu_only", "torch", 1, "cpu")],
)  # fmt: skip
def test_compute_units_are_classes_of_devices(
    monkeypatch: pytest.MonkeyPatch, units: Any, engine: Any, count: int, chosen: str
) -> None:
    _with_cuda(monkeypatch, count)
    assert devices.choose_device(Configuration(compute_units=units, engine=engine)) == chosen


def test_excluded_devices_are_refused() -> None:
    with pytest.raises(InputError, match='"cuda:1", which compute_units="cpu_only" excludes'):
        devices.choose_device(Configuration(compute_units="cpu_only", preferred_device="cuda:1"))
    assert devices.choose_device(Configuration(compute_units="cpu_only", preferred_device="cpu, cuda:1")) == "cpu"


def test_a_gpu_that_is_here_means_the_torch_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_engine, "available", lambda: False)
    for count, engine in ((1, "torch"), (0, "openvino")):
        _with_cuda(monkeypatch, count)
        assert choose.choose(Configuration(preferred_device="cpu, cuda")) == engine
        assert choose.choose(Configuration(compute_units="cpu_and_gpu")) == engine


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"preferred_device": "cpu cuda"}, "several of them separated by commas; got 'cpu cuda'"),
        ({"preferred_device": ""}, "preferred_device must be"),
        ({"allow_low_precision_accumulation": 1}, "allow_low_precision_accumulation must be True or False; got 1"),
        ({"precision": "int8"}, "precision must be one of auto, float32, bfloat16, float16; got 'int8'"),
    ],
)
def test_values_are_checked(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Configuration(**values)


def test_core_ml_is_not_asked_for_what_it_does_not_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_engine, "available", lambda: True)
    assert choose.choose(Configuration(allow_low_precision_accumulation=True)) == "openvino"
    with pytest.raises(InputError, match="how Core ML accumulates"):
        choose.choose(Configuration(engine="apple", allow_low_precision_accumulation=True))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = networks.build(_RECIPE)
    return save_model(tmp_path_factory.mktemp("network") / "m.mlmodel", built.specification)


def _output(path: Path, **values: Any) -> tuple[np.ndarray, str]:
    model = Model.load(path, Configuration(cache=False, **{"engine": "torch", **values}))
    (name,) = (feature.name for feature in model.description.outputs)
    x = np.random.default_rng(0).normal(size=model.description.inputs[0].type.shape.default)
    return model.predict({"x": x.astype(np.float32)})[name], model.engine.settings


@pytest.mark.parametrize(
    ("values", "precision", "least", "most"),
    [
        ({"precision": "bfloat16"}, "bfloat16", 1e-5, 5e-2),
        ({"precision": "float16"}, "float16", 1e-7, 5e-3),
        ({"allow_low_precision_accumulation": True}, "bfloat16", 1e-5, 5e-2),
        ({"allow_low_precision_accumulation": True, "precision": "float32"}, "float32", 0, 0),
    ],
)
def test_low_precision_changes_the_arithmetic(
    network: Path, values: dict[str, Any], precision: str, least: float, most: float
) -> None:
    exact, _ = _output(network)
    result, settings = _output(network, **values)
    error = float(np.abs(result - exact).max() / np.abs(exact).max())
    assert least <= error <= most
    assert settings.startswith(f"cpu, {precision},")
    assert result.dtype == exact.dtype


def test_weights_are_overridden_at_load(network: Path) -> None:
    exact, _ = _output(network)
    layer = next(
        layer.name for layer in Model.load(network).package.specification.neuralNetwork.layers if layer.isUpdatable
    )
    zeros = {f"{layer}.weights": np.zeros((16, 8)), f"{layer}.biases": np.zeros(16)}
    for engine in ("torch", "openvino"):
        changed, _ = _output(network, engine=engine, precision="float32", parameters=zeros)
        assert not np.allclose(changed, exact, atol=1e-3)
    last = Model.load(network).package.specification.neuralNetwork.layers[-1]
    np.testing.assert_allclose(changed.reshape(-1), last.innerProduct.bias.floatValue, atol=1e-6)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"learning_rate": -1.0}, "learningRate must be"),
        ({"l0.weights": np.zeros((2, 2))}, "must be an array of shape"),
        ({"nothing.weights": np.zeros((2, 2))}, 'has no update parameter "nothing.weights"'),
        ({"nonsense": 1}, 'There is no update parameter "nonsense"'),
    ],
)
def test_overrides_outside_the_limits_are_refused(network: Path, parameters: dict[str, Any], message: str) -> None:
    first = next(layer.name for layer in Model.load(network).package.specification.neuralNetwork.layers)
    parameters = {key.replace("l0.", f"{first}."): value for key, value in parameters.items()}
    with pytest.raises(InputError, match=message):
        _output(network, parameters=parameters)


def test_a_model_that_is_not_updatable_keeps_its_weights(tmp_path: Path) -> None:
    built = networks.build(_RECIPE)
    built.specification.isUpdatable = False
    for layer in built.specification.neuralNetwork.layers:
        layer.isUpdatable = False
    built.specification.neuralNetwork.ClearField("updateParams")
    built.specification.description.ClearField("trainingInput")
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    with pytest.raises(InputError, match=r'"dense.weights" cannot be set: .*m.mlmodel is not updatable'):
        _output(path, parameters={"dense.weights": np.zeros(1)})


def test_an_updated_model_does_not_fall_back_to_the_weights_it_began_with(network: Path) -> None:
    built = networks.build(_RECIPE)
    name = next(iter(built.trained))
    start = np.full(tuple(built.weights[name].shape), 0.1, np.float32)
    task = UpdateTask(network, networks.examples_for(built, 8), Configuration(parameters={name: start}))
    task.resume()
    context = task.result(60)
    plain = Model.load(context.save(network.with_name("new.mlmodel")), Configuration(engine="torch"))
    x = {"x": np.ones(plain.description.inputs[0].type.shape.default, np.float32)}
    for output, value in plain.predict(x).items():
        np.testing.assert_allclose(context.model.predict(x)[output], value, rtol=1e-2, atol=1e-2)


def test_core_ml_is_not_given_what_is_in_memory_only(network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple_engine, "available", lambda: True)
    package = Model.load(network).package
    edited = Model.load(package.with_specification(package.specification), Configuration(engine="apple"))
    with pytest.raises(UnsupportedError, match="was changed in memory"):
        _ = edited.engine
