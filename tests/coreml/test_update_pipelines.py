"""Pipelines and linked models run, and the last model of a pipeline learns from what the others make of an example."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import validate_models as models

from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.coreml.linked import linked_model
from bertkit.coreml.update import Event, UpdateTask
from bertkit.errors import FileError, InputError

_WAIT = 60
_LENGTH, _CHANNELS = models.LENGTH, models.HIDDEN + 1


def _encoder(path: Path) -> Path:
    """Write a frozen encoder: [1, LENGTH] int32 to features [HIDDEN + 1, 1, LENGTH]."""
    made = models.model()
    made.neuralNetwork.arrayInputShapeMapping = 1
    models.array(made.description.input, "input_ids", [1, _LENGTH], "INT32")
    models.array(made.description.output, "features", [_CHANNELS, 1, _LENGTH])
    content = models.inner_product(made.neuralNetwork, "dense", "input_ids", "flat", (_LENGTH, _CHANNELS * _LENGTH))
    content.weights.floatValue[:] = np.random.default_rng(0).normal(0, 0.2, len(content.weights.floatValue)).tolist()
    shaped = models.layer(made.neuralNetwork, "shape", "reshapeStatic", ["flat"], ["features"])
    shaped.targetShape.extend([_CHANNELS, 1, _LENGTH])
    return save_model(path, made)


def _rows(count: int = 5) -> list[dict[str, Any]]:
    rng = np.random.default_rng(1)
    return [
        {"input_ids": rng.integers(0, 9, (1, _LENGTH), dtype=np.int32), "start_true": [int(rng.integers(_LENGTH))]}
        for _ in range(count)
    ]


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A pipeline of a linked encoder and an updatable head, beside the encoder."""
    made = models.linked_pipeline()
    link = made.pipeline.models[0].linkedModel.linkedModelFile
    link.linkedModelFileName.defaultValue = "encoder.mlmodelc"
    link.linkedModelSearchPath.defaultValue = ""
    _encoder(tmp_path / "encoder.mlmodel")
    return save_model(tmp_path / "reader.mlmodel", made)


def test_a_pipeline_hands_values_on(pipeline: Path) -> None:
    row = _rows(1)[0]
    features = Model.load(pipeline.parent / "encoder.mlmodel").predict({"input_ids": row["input_ids"]})
    head = Package.open(pipeline).specification.pipeline.models[1]
    alone = save_model(pipeline.parent / "head.mlmodel", head)
    expected = Model.load(alone).predict(features)["start"]
    found = Model.load(pipeline).predict({"input_ids": row["input_ids"]})
    assert found.keys() == {"start"}
    np.testing.assert_allclose(found["start"], expected, atol=1e-6)


def test_the_last_model_learns_what_it_would_learn_alone(pipeline: Path, tmp_path: Path) -> None:
    rows = _rows()
    encoder = Model.load(pipeline.parent / "encoder.mlmodel")
    features = [{**encoder.predict({"input_ids": row["input_ids"]}), "start_true": row["start_true"]} for row in rows]
    alone = save_model(tmp_path / "head.mlmodel", Package.open(pipeline).specification.pipeline.models[1])
    results = []
    for path, examples in ((alone, features), (pipeline, rows)):
        task = UpdateTask(path, examples)
        task.resume()
        results.append(task.result(_WAIT))
    np.testing.assert_array_equal(*(context.parameters["dense.weights"] for context in results))
    before, after = Package.open(pipeline).specification, results[1].package.specification
    content = after.pipeline.models[1].neuralNetwork.layers[0].convolution
    assert content != before.pipeline.models[1].neuralNetwork.layers[0].convolution
    content.CopyFrom(before.pipeline.models[1].neuralNetwork.layers[0].convolution)
    after.description.ClearField("metadata")
    assert after == before


def test_the_encoder_reads_each_example_once(pipeline: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    original = Model.run_checked

    def counted(self: Model, inputs: Any) -> Any:
        calls.append(self.package.model_type)
        return original(self, inputs)

    monkeypatch.setattr(Model, "run_checked", counted)
    task = UpdateTask(pipeline, _rows())
    task.resume()
    task.result(_WAIT)
    assert len(task.loss_curve) == 3
    assert calls.count("linkedModel") == 5


def test_keys_may_name_the_model_of_the_pipeline(pipeline: Path) -> None:
    rates = []
    task = UpdateTask(
        pipeline,
        _rows(),
        Configuration(parameters={"head.learningRate": 0.5, "encoder.linkedModelSearchPath": "."}),
        {Event.EPOCH_END: lambda context: rates.append(context.parameters["head.learningRate"])},
    )
    task.resume()
    context = task.result(_WAIT)
    assert rates == [0.5] * 3
    assert context.parameters["learningRate"] == 0.5
    np.testing.assert_array_equal(context.parameters["head/dense.weights"], context.parameters["dense.weights"])
    with pytest.raises(InputError, match=r'no update parameter "encoder\.learningRate"'):
        UpdateTask(pipeline, _rows(), Configuration(parameters={"encoder.learningRate": 0.5}))


def test_a_linked_model_is_loaded_once(pipeline: Path) -> None:
    made = Package.open(pipeline).specification
    made.description.metadata.author = "the same encoder, another head"
    other = save_model(pipeline.parent / "other.mlmodel", made)
    loaded = [Model.load(path) for path in (pipeline, other)]
    for model in loaded:
        model.predict({"input_ids": _rows(1)[0]["input_ids"]})
    linked = [model.engine.stages[0][1].engine.model for model in loaded]  # type: ignore[attr-defined]
    assert linked[0] is linked[1]
    link = Package.open(pipeline).with_specification(made.pipeline.models[0])
    kept = linked_model(link, Configuration(threads=1))
    assert kept is not linked[0]
    assert kept is linked_model(link, Configuration(threads=1))
    del kept
    gc.collect()


def test_a_missing_linked_model_says_where_it_was_looked_for(pipeline: Path, tmp_path: Path) -> None:
    (pipeline.parent / "encoder.mlmodel").rename(pipeline.parent / "moved.mlmodel")
    with pytest.raises(FileError, match=r"Looked for: .*encoder\.mlpackage, .*encoder\.mlmodel"):
        Model.load(pipeline).predict({"input_ids": _rows(1)[0]["input_ids"]})
    elsewhere = Configuration(parameters={"encoder.linkedModelFileName": "moved"})
    assert Model.load(pipeline, elsewhere).predict({"input_ids": _rows(1)[0]["input_ids"]})["start"].size == _LENGTH


def test_drawings_teach_a_pipeline_of_an_embedding_and_neighbors(tmp_path: Path) -> None:
    made = models.drawing_pipeline()
    content = made.pipelineClassifier.pipeline.models[0].neuralNetwork.layers[0].innerProduct
    content.weights.floatValue[:] = np.random.default_rng(0).normal(size=len(content.weights.floatValue)).tolist()
    neighbors = made.pipelineClassifier.pipeline.models[1].kNearestNeighborsClassifier
    neighbors.numberOfNeighbors.defaultValue = 1
    del neighbors.nearestNeighborsIndex.floatSamples[:]
    del neighbors.stringClassLabels.vector[:]
    path = save_model(tmp_path / "pad.mlmodel", made)
    rows = [{"x": row["input_ids"], "label": name} for row, name in zip(_rows(4), "abca", strict=True)]
    assert str(Model.load(path).predict({"x": rows[0]["x"]})["label"]) == "unknown"
    task = UpdateTask(path, rows)
    task.resume()
    model = task.result(_WAIT).model
    assert [str(model.predict({"x": row["x"]})["label"]) for row in rows] == list("abca")


def test_apples_drawing_embedding_teaches_new_drawings(tmp_path: Path) -> None:
    shared = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
    source = shared / "apple__TinyDrawingEmbedding__b9214af.mlmodel"
    if not source.exists():
        pytest.skip("the published models are not here")
    made = models.model()
    made.isUpdatable = True
    embedding, neighbors = Package.open(source).specification, models.neighbors(0, 128)
    neighbors.kNearestNeighborsClassifier.numberOfNeighbors.defaultValue = 1
    made.description.input.extend(embedding.description.input)
    models.scalar(made.description.output, "label", "stringType")
    made.description.predictedFeatureName = "label"
    made.description.trainingInput.extend(embedding.description.input)
    models.scalar(made.description.trainingInput, "label", "stringType")
    made.pipelineClassifier.pipeline.models.extend([embedding, neighbors])
    path = save_model(tmp_path / "pad.mlmodel", made)
    rows = [{"drawing": _line(axis, place), "label": ("across", "down")[axis]} for axis in (0, 1) for place in (9, 14)]
    task = UpdateTask(path, rows)
    task.resume()
    model = task.result(_WAIT).model
    fainter = [{"drawing": row["drawing"] // 8 * 7, "label": row["label"]} for row in rows]
    assert [str(model.predict({"drawing": row["drawing"]})["label"]) for row in fainter] == [
        row["label"] for row in rows
    ]


def _line(axis: int, place: int) -> np.ndarray:
    drawing = np.zeros((28, 28), np.uint8)
    drawing[(slice(place, place + 2), slice(3, 25))[:: 1 if axis == 0 else -1]] = 255
    return drawing
