"""Models made updatable here are valid, carry what was asked for, and learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import update_networks as networks
import validate_models as models
from update_networks import Recipe

from bertkit.coreml import Configuration, Model, Package, make_updatable, save_model
from bertkit.coreml.editable import Adam, Sgd, link, nearest_neighbors, pipeline
from bertkit.coreml.updatable import update_parameters
from bertkit.coreml.update import UpdateTask
from bertkit.coreml.validate import validate
from bertkit.errors import InputError, ModelError

_WAIT = 60
_LAYERS = (("dense", 4, True), ("sigmoid",), ("dense", 3, True))


def _frozen(**options: Any) -> Any:
    """Return a network without anything about updates."""
    made = networks.build(Recipe((2, 2, 2), _LAYERS, **options)).specification
    network = getattr(made, made.WhichOneof("Type"))
    made.isUpdatable = False
    network.ClearField("updateParams")
    del made.description.trainingInput[:]
    for layer in network.layers:
        layer.isUpdatable = False
        if layer.WhichOneof("layer") == "innerProduct":
            layer.innerProduct.weights.isUpdatable = layer.innerProduct.bias.isUpdatable = False
    return made


def _learns(specification: Any, rows: Any, folder: Path) -> UpdateTask:
    path = save_model(folder / "m.mlmodel", specification)
    task = UpdateTask(path, rows, Configuration(parameters={"epochs": 20}))
    task.resume()
    task.result(_WAIT)
    assert task.loss_curve[-1] < task.loss_curve[0]
    return task


@pytest.mark.parametrize("labels", [False, True])
def test_a_network_is_made_updatable_with_cross_entropy(tmp_path: Path, labels: bool) -> None:
    frozen = _frozen(labels=labels)
    frozen.specificationVersion = 3
    made = make_updatable(frozen, ["layer_2"], optimizer=Adam(learning_rate=0.05, mini_batch_size=2), epochs=7, seed=5)
    declared = update_parameters(made)
    assert declared is not None
    assert declared["layers"] == ["layer_2"]
    assert declared["optimizer"] == "adamOptimizer"
    assert declared["learningRate"] == {"default": 0.05, "range": [0.0, 1.0]}
    assert (declared["miniBatchSize"], declared["epochs"]) == ({"default": 2}, {"default": 7})
    assert (declared["seed"], declared["shuffle"]) == ({"default": 5}, {"default": True})
    assert made.specificationVersion == 4
    built = networks.build(Recipe((2, 2, 2), _LAYERS, labels=labels))
    task = _learns(made, networks.examples_for(built, 6), tmp_path)
    assert set(map(str, task.result().parameters.arrays)) == {"layer_2.weights", "layer_2.biases"}


def test_a_network_is_made_updatable_with_squared_error(tmp_path: Path) -> None:
    frozen = _frozen(loss="squared_error")
    with pytest.raises(InputError, match="declares no shape"):
        make_updatable(frozen, ["layer_2"], loss="squared_error")
    made = make_updatable(
        frozen, ["layer_0", "layer_2"], loss="squared_error", target_shape=[3, 1, 1], optimizer=Sgd(0.1)
    )
    name = made.description.trainingInput[1].name
    rng = np.random.default_rng(0)
    rows = [{"x": rng.normal(size=(2, 2, 2)), name: rng.normal(size=(3, 1, 1))} for _ in range(6)]
    _learns(made, rows, tmp_path)


def test_what_the_model_was_stays_as_it_was() -> None:
    frozen = _frozen()
    before = frozen.SerializeToString(deterministic=True)
    made = make_updatable(frozen, ["layer_0"])
    assert frozen.SerializeToString(deterministic=True) == before
    assert make_updatable(made, ["layer_0"]) == made


def test_halves_are_widened_without_a_change() -> None:
    frozen = _frozen()
    weights = frozen.neuralNetwork.layers[2].innerProduct.weights
    halves = np.asarray(weights.floatValue, np.float16)
    weights.ClearField("floatValue")
    weights.float16Value = halves.tobytes()
    made = make_updatable(frozen, ["layer_2"])
    widened = made.neuralNetwork.layers[2].innerProduct.weights
    assert not widened.float16Value
    np.testing.assert_array_equal(widened.floatValue, halves.astype(np.float32))


def test_what_cannot_be_updatable_says_why() -> None:
    with pytest.raises(InputError, match=r'The layer "nowhere" does not exist\. Layers that can: layer_0, layer_2'):
        make_updatable(_frozen(), ["nowhere"])
    with pytest.raises(InputError, match=r'"softmax" is of type softmax, which cannot be updated'):
        make_updatable(_frozen(), ["softmax"])
    with pytest.raises(ModelError, match="the network has none"):
        make_updatable(_frozen(loss="squared_error"), ["layer_2"])
    with pytest.raises(ModelError, match="None of the layers is marked"):
        make_updatable(_frozen(), [])
    with pytest.raises(InputError, match="the model is a kNearestNeighborsClassifier"):
        make_updatable(nearest_neighbors(2), ["a"])
    blocked = models.whole_network()
    blocked.neuralNetwork.layers[-1].softmaxND.axis = -1
    with pytest.raises(ModelError, match=r"Cross-entropy must be of the output of a softmax layer"):
        make_updatable(blocked, [layer.name for layer in blocked.neuralNetwork.layers if layer.isUpdatable])


@pytest.mark.parametrize("label", ["unknown", -1])
def test_a_pad_is_built_of_an_embedding_and_neighbors(tmp_path: Path, label: Any) -> None:
    embedding = models.frozen_network("x", "embedding")
    embedding.description.output[0].type.multiArrayType.shape.extend([2])
    embedding.neuralNetwork.layers[0].output[0] = "row"
    models.layer(embedding.neuralNetwork, "squeeze", "squeeze", ["row"], ["embedding"]).axes.append(0)
    rng = np.random.default_rng(0)
    weights = embedding.neuralNetwork.layers[0].innerProduct.weights.floatValue
    weights[:] = rng.normal(size=len(weights)).tolist()
    made = pipeline({"embedding": embedding, "neighbors": nearest_neighbors(2, default_label=label, neighbors=1)})
    assert validate(made).valid
    assert [feature.name for feature in made.description.trainingInput] == ["x", "label"]
    path = save_model(tmp_path / "pad.mlmodel", made)
    labels = ["sun", "moon", "sun"] if label == "unknown" else [1, 2, 1]
    rows = [{"x": rng.integers(0, 9, (1, models.LENGTH), dtype=np.int32), "label": label} for label in labels]
    assert Model.load(path).predict({"x": rows[0]["x"]})["label"].item() == label
    task = UpdateTask(path, rows)
    task.resume()
    model = task.result(_WAIT).model
    assert [model.predict({"x": row["x"]})["label"].item() for row in rows] == labels


def test_a_pipeline_links_to_its_encoder(tmp_path: Path) -> None:
    encoder = models.frozen_network("input_ids", "hidden")
    encoder.description.output[0].type.multiArrayType.shape.extend([1, 2])
    save_model(tmp_path / "encoder.mlmodel", encoder)
    head = models.frozen_network("unused", "y")
    head.description.input[0].name = "hidden"
    array = head.description.input[0].type.multiArrayType
    array.shape[:], array.dataType = [1, 2], array.FLOAT32
    layer = head.neuralNetwork.layers[0]
    layer.input[0], layer.innerProduct.inputChannels = "hidden", 2
    layer.innerProduct.weights.floatValue[:] = [1.0, 0.0, 0.0, 1.0]
    made = pipeline({"encoder": link(encoder, "encoder.mlmodelc"), "head": head})
    assert not made.isUpdatable
    path = save_model(tmp_path / "whole.mlmodel", made)
    ids = np.ones((1, models.LENGTH), np.int32)
    hidden = Model.load(tmp_path / "encoder.mlmodel").predict({"input_ids": ids})["hidden"]
    np.testing.assert_allclose(Model.load(path).predict({"input_ids": ids})["y"], hidden + 0.5)
    assert Package.open(path).specification.pipeline.names == ["encoder", "head"]


def test_models_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ModelError, match=r"embedding"):
        pipeline({"a": models.frozen_network("x", "embedding"), "b": nearest_neighbors(5)})
    with pytest.raises(InputError, match="needs models"):
        pipeline({})
