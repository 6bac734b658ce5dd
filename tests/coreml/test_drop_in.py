"""coremltools predicts inside `coremltools_prediction`, and is itself again after it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coreml_programs import scaler_network, token_scorer

import bertkit.coreml
from bertkit.coreml import Configuration, coremltools_prediction, proto, save_model
from bertkit.coreml.drop_in import replacements
from bertkit.errors import UnsupportedError

coremltools = pytest.importorskip("coremltools")
_TORCH = Configuration(engine="torch", cache=False)
_X = np.array([1.0, 2.0, 3.0], np.float32)
_Y = np.array([3.0, 5.0, 7.0], np.float32)


def _held() -> list[object]:
    """Return what coremltools holds of Core ML, and of the system."""
    models = coremltools.models
    modules = (models.model, models._compiled_model, models.compute_device, models.compute_plan, models.utils)
    names = ("_MLModelProxy", "_MLModelAssetProxy", "_is_macos", "_macos_version")
    compiled = [sys.modules.get("coremltools.libcoremlpython"), getattr(coremltools, "libcoremlpython", None)]
    return [getattr(module, name, None) for module in modules for name in names] + compiled


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = _held()
    yield
    bertkit.coreml.disable()
    assert _held() == before


@pytest.fixture
def model() -> Iterator[Any]:
    with coremltools_prediction(_TORCH):
        yield coremltools.models.MLModel(scaler_network())


def test_predicts_one_dictionary(model: Any) -> None:
    np.testing.assert_array_equal(model.predict({"x": _X})["y"], _Y)


def test_predicts_a_list_of_dictionaries(model: Any) -> None:
    rows = model.predict([{"x": _X}, {"x": _X + 1}])
    np.testing.assert_array_equal([row["y"] for row in rows], [_Y, _Y + 2])


def test_models_of_a_block_predict_after_it() -> None:
    with coremltools_prediction(_TORCH):
        model = coremltools.models.MLModel(scaler_network())
    np.testing.assert_array_equal(model.predict({"x": _X})["y"], _Y)


def test_packages_and_compute_units(tmp_path: Path) -> None:
    path = str(save_model(tmp_path / "scorer.mlpackage", token_scorer()))
    with coremltools_prediction(_TORCH):
        model = coremltools.models.MLModel(path, compute_units=coremltools.ComputeUnit.CPU_AND_NE)
        scores = model.predict({"ids": np.array([[1.0, 2.0, 3.0, 4.0]])})["scores"]  # Core ML takes whole floats too
        assert model.__proxy__._model.configuration.compute_units == "cpu_and_neural_engine"
    assert scores.shape == (1, 4)


def test_compiled_models(model: Any, tmp_path: Path) -> None:
    compiled = coremltools.models.utils.compile_model(scaler_network(), str(tmp_path / "scaler.mlmodelc"))
    for path in (compiled, model.get_compiled_model_path()):
        np.testing.assert_array_equal(coremltools.models.CompiledMLModel(path).predict({"x": _X})["y"], _Y)


def test_compiled_copy_goes_with_its_model() -> None:
    with coremltools_prediction(_TORCH):
        model = coremltools.models.MLModel(scaler_network())
        path = Path(model.get_compiled_model_path())
        assert path.is_dir()
        del model
    assert not path.exists()


def test_folders_that_core_ml_compiled_are_refused(tmp_path: Path) -> None:
    (tmp_path / "foreign.mlmodelc").mkdir()
    with coremltools_prediction(_TORCH), pytest.raises(RuntimeError, match="compiled by Core ML"):
        coremltools.models.CompiledMLModel(str(tmp_path / "foreign.mlmodelc"))


def test_models_from_memory() -> None:
    with coremltools_prediction(_TORCH):
        asset = coremltools.models.model.MLModelAsset.from_memory(scaler_network().SerializeToString())
        model = coremltools.models.CompiledMLModel.from_asset(asset)
        np.testing.assert_array_equal(model.predict({"x": _X})["y"], _Y)
        with pytest.raises(RuntimeError, match="leaves the model"):
            coremltools.models.model.MLModelAsset.from_memory(b"", {"../outside": b""})


@pytest.mark.parametrize(("space", "mode"), [("RGB", "RGBA"), ("BGR", "RGBA"), ("GRAYSCALE", "L")])
def test_images_go_in_and_come_out(space: str, mode: str) -> None:
    from PIL import Image

    specification = scaler_network()
    for feature in (specification.description.input[0], specification.description.output[0]):
        feature.type.imageType.width, feature.type.imageType.height = 3, 2
        colors = proto.feature_types_pb2().ImageFeatureType.ColorSpace
        feature.type.imageType.colorSpace = colors.Value(space)
    pixels = np.random.default_rng(0).integers(0, 120, (2, 3, 3)[: 3 if mode == "RGBA" else 2], dtype=np.uint8)
    with coremltools_prediction(_TORCH):
        picture = coremltools.models.MLModel(specification).predict({"x": Image.fromarray(pixels)})["y"]
    assert picture.mode == mode
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB") if mode == "RGBA" else picture), 2 * pixels + 1)


def test_classifiers_return_plain_labels_and_a_dictionary() -> None:
    specification = scaler_network()
    network = proto.neural_network_pb2().NeuralNetwork.FromString(specification.neuralNetwork.SerializeToString())
    specification.neuralNetworkClassifier.layers.extend(network.layers)
    specification.neuralNetworkClassifier.arrayInputShapeMapping = 1
    specification.neuralNetworkClassifier.stringClassLabels.vector.extend(["a", "b", "c"])
    del specification.description.output[:]
    specification.description.output.add(name="label").type.stringType.SetInParent()
    specification.description.output.add(name="y").type.dictionaryType.stringKeyType.SetInParent()
    specification.description.predictedFeatureName = "label"
    specification.description.predictedProbabilitiesName = "y"
    with coremltools_prediction(_TORCH):
        outputs = coremltools.models.MLModel(specification).predict({"x": _X})
    assert outputs == {"label": "c", "y": {"a": 3.0, "b": 5.0, "c": 7.0}}
    assert type(outputs["label"]) is str


def test_what_bertkit_refuses_is_warned_of_and_raised_at_prediction() -> None:
    specification = scaler_network()
    specification.wordTagger.revision = 1
    with coremltools_prediction(_TORCH):
        with pytest.warns(RuntimeWarning, match="wordTagger"):
            model = coremltools.models.MLModel(specification)
        with pytest.raises(RuntimeError, match="wordTagger"):
            model.predict({"x": _X})


def test_wrong_inputs_are_runtime_errors(model: Any) -> None:
    with pytest.raises(
        RuntimeError, match=r'^Unable to compute the prediction using a neural network model.*"x" must be'
    ):
        model.predict({"x": np.zeros(7, np.float32)})


def test_durations_are_told(model: Any) -> None:
    assert model.last_predict_duration_in_nano_seconds is None
    model.predict({"x": _X})
    assert model.last_predict_duration_in_nano_seconds > 0
    assert model.load_duration_in_nano_seconds > 0


def test_blocks_nest() -> None:
    outside = _held()
    with coremltools_prediction(_TORCH):
        inside = _held()
        with coremltools_prediction(Configuration(engine="torch", threads=1)):
            assert _held() == inside
            nested = coremltools.models.MLModel(scaler_network())
        assert _held() == inside
        outer = coremltools.models.MLModel(scaler_network())
    assert _held() == outside
    threads = [model.__proxy__._model.configuration.threads for model in (nested, outer)]
    assert threads == [1, None]


def test_blocks_of_threads_may_end_in_any_order() -> None:
    outside = _held()
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def first() -> None:
        with coremltools_prediction(_TORCH):
            first_in.set()
            second_in.wait(60)
        first_out.set()

    thread = threading.Thread(target=first)
    thread.start()
    first_in.wait(60)
    with coremltools_prediction(_TORCH):
        second_in.set()
        first_out.wait(60)
        assert coremltools.models.MLModel(scaler_network()).predict({"x": _X})["y"].tolist() == _Y.tolist()
    thread.join()
    assert _held() == outside


def test_errors_in_a_block_restore_everything() -> None:
    before = _held()
    with pytest.raises(KeyError), coremltools_prediction(_TORCH):
        raise KeyError
    assert _held() == before


def test_enable_lasts_until_disable() -> None:
    before = _held()
    bertkit.coreml.enable(_TORCH)
    with coremltools_prediction(_TORCH):
        pass
    np.testing.assert_array_equal(coremltools.models.MLModel(scaler_network()).predict({"x": _X})["y"], _Y)
    bertkit.coreml.disable()
    assert _held() == before


def test_unknown_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coremltools, "__version__", "9.1")
    with pytest.raises(UnsupportedError, match=r"9\.0, and 9\.1 is installed"):
        bertkit.coreml.enable()
    with pytest.raises(UnsupportedError), coremltools_prediction():
        pass


def test_core_ml_is_never_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bertkit.coreml.engines.apple_engine.available", lambda: True)
    with coremltools_prediction(Configuration(engine="auto", cache=False)):
        model = coremltools.models.MLModel(scaler_network())
        assert model.__proxy__._model.engine.name in ("torch", "openvino")


def test_every_replaced_name_is_coremltools_own() -> None:
    listed = replacements.replacements(Configuration)
    assert all(entry.name in entry.namespace for entry in listed[2:])
