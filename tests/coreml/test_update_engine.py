"""After any number of steps the weights are those that torch's own optimizers reach on the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import update_networks as networks
import validate_models as models
from hypothesis import given, settings
from hypothesis import strategies as st
from update_networks import Recipe

from bertkit.coreml import Package, save_model
from bertkit.coreml.update import Event, ParameterKey, Semantics, UpdateTask

_DENSE = (("dense", 5, False), ("tanh",), ("dense", 4, True), ("sigmoid",), ("dense", 3, True))
_CONVOLUTIONS = (
    ("conv", 3, 2, True),
    ("batchnorm",),
    ("relu",),
    ("pool", "MAX"),
    ("conv", 4, 1, True),
    ("pool", "AVERAGE"),
    ("sigmoid",),
    ("pool", "L2"),
    ("flatten",),
    ("dense", 3, True),
)
_SGD = {"learningRate": 0.1, "momentum": 0.0}
_MOMENTUM = {"learningRate": 0.05, "momentum": 0.9}
_ADAM = {"learningRate": 0.02, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
# For random networks: a rate at which squared errors do not diverge, which would multiply the rounding, and an eps so
# large that Adam does not turn the rounding of a gradient that is nearly zero into a whole step.
_STEADY = [
    ("sgdOptimizer", {"learningRate": 0.01, "momentum": 0.0}),
    ("sgdOptimizer", {"learningRate": 0.005, "momentum": 0.9}),
    ("adamOptimizer", {**_ADAM, "eps": 1e-3}),
]


def _trained(built: networks.Built, rows: object, folder: Path) -> tuple[dict[str, np.ndarray], tuple[float, ...]]:
    path = save_model(folder / "m.mlmodel", built.specification)
    task = UpdateTask(path, rows)
    task.resume()
    context = task.result(60)
    arrays = {str(key): value for key, value in context.parameters.arrays.items()}
    return arrays, task.loss_curve


@pytest.mark.parametrize(("optimizer", "values"), [("sgd", _SGD), ("sgd", _MOMENTUM), ("adam", _ADAM)])
@pytest.mark.parametrize("layers", [_DENSE, _CONVOLUTIONS], ids=["dense", "convolutions"])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_weights_equal_those_of_torch(layers, loss, optimizer, values, tmp_path: Path) -> None:
    optimizer = f"{optimizer}Optimizer"
    built = networks.build(Recipe((2, 5, 5), layers, loss), optimizer, batch=4, epochs=5, **values)
    rows = networks.examples_for(built, 11)  # the last mini-batch holds three
    arrays, curve = _trained(built, rows, tmp_path)
    expected = networks.reference(built, rows, optimizer, 4, 5, **values)
    assert arrays.keys() == set(built.trained)
    for name, array in arrays.items():
        np.testing.assert_allclose(array, built.weights[name].detach().numpy(), rtol=0, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(curve, expected, atol=1e-6)


_middle = st.sampled_from(
    [("conv", 2, 1, True), ("conv", 3, 2, True), ("conv", 2, 2, False), ("pool", "MAX"), ("pool", "AVERAGE"),
     ("batchnorm",), ("relu",), ("sigmoid",), ("tanh",)]
)  # fmt: skip


@given(
    middle=st.lists(_middle, max_size=4),
    end=st.sampled_from([(("dense", 3, True),), (("flatten",), ("dense", 2, True)), (("dense", 4, True), ("tanh",))]),
    loss=st.sampled_from(["cross_entropy", "squared_error"]),
    kind=st.sampled_from(_STEADY),
    count=st.integers(1, 7),
    batch=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
@settings(max_examples=12, deadline=None)
def test_random_networks_train_as_in_torch(tmp_path_factory, middle, end, loss, kind, count, batch, seed) -> None:
    optimizer, values = kind
    recipe = Recipe((2, 6, 6), (*middle, *end), loss, seed=seed)
    built = networks.build(recipe, optimizer, batch=batch, epochs=2, **values)
    rows = networks.examples_for(built, count, seed)
    arrays, _ = _trained(built, rows, tmp_path_factory.mktemp("random"))
    networks.reference(built, rows, optimizer, batch, 2, **values)
    for name, array in arrays.items():
        np.testing.assert_allclose(array, built.weights[name].detach().numpy(), rtol=0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    ("semantics", "rows_kept", "factor", "loss"),
    [
        (Semantics(batch="sum"), 8, 4.0, "cross_entropy"),  # mini-batches of four
        (Semantics(squared_error="sum"), 8, 3.0, "squared_error"),  # three outputs
        (Semantics(last_batch="drop"), 8, 1.0, "cross_entropy"),
    ],
)
def test_other_semantics_are_what_they_say(tmp_path: Path, semantics, rows_kept: int, factor: float, loss: str) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE, loss), batch=4, epochs=3, **_SGD)
    rows = networks.examples_for(built, 11 if semantics.last_batch == "drop" else 8)
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    task = UpdateTask(path, rows, semantics=semantics)
    task.resume()
    arrays = task.result(60).parameters.arrays
    networks.reference(built, rows[:rows_kept], "sgdOptimizer", 4, 3, learningRate=0.1 * factor)
    for key, array in arrays.items():
        np.testing.assert_allclose(array, built.weights[str(key)].detach().numpy(), rtol=0, atol=1e-6)


def test_adam_without_correction_takes_smaller_first_steps(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE), "adamOptimizer", batch=4, epochs=1, **_ADAM)
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    steps = []
    for corrected in (True, False):
        task = UpdateTask(path, networks.examples_for(built, 4), semantics=Semantics(bias_correction=corrected))
        task.resume()
        after = task.result(60).parameters["layer_4.weights"]
        steps.append(np.abs(after - built.weights["layer_4.weights"].detach().numpy()))
    # The first step is rate * g / |g| with the correction, and rate * (1 - beta1) / sqrt(1 - beta2) of it without.
    np.testing.assert_allclose(steps[1], steps[0] * 0.1 / np.sqrt(0.001), rtol=1e-3)


def test_examples_of_different_shapes_share_a_mini_batch(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 1, 6), (("conv", 1, 1, True), ("flatten",))), batch=4, epochs=3, **_MOMENTUM)
    for features in (built.specification.description.input, built.specification.description.trainingInput):
        sizes = features[0].type.multiArrayType.shapeRange.sizeRanges
        for least, most in ((2, 2), (1, 1), (2, 9)):
            sizes.add(lowerBound=least, upperBound=most)
    rng = np.random.default_rng(0)
    rows = [
        {"x": rng.normal(size=(2, 1, width)).astype(np.float32), "y_true": np.asarray([width - 1], np.int32)}
        for width in (6, 3, 6, 9, 2, 3)
    ]
    arrays, _ = _trained(built, rows, tmp_path)
    leaves = [built.weights[name] for name in built.trained]
    descent = torch.optim.SGD(leaves, 0.05, 0.9)
    for _ in range(3):
        for chosen in (rows[:4], rows[4:]):
            losses = [_loss_of_one(built, row) for row in chosen]
            descent.zero_grad()
            torch.stack(losses).mean().backward()
            descent.step()
    for name, array in arrays.items():
        np.testing.assert_allclose(array, built.weights[name].detach().numpy(), rtol=0, atol=1e-6)


def _loss_of_one(built: networks.Built, row: dict[str, np.ndarray]) -> torch.Tensor:
    scores = built.scores(torch.from_numpy(row["x"])[None])
    return torch.nn.functional.cross_entropy(scores, torch.from_numpy(row["y_true"]).long())


@pytest.mark.parametrize("optimizer", ["sgdOptimizer", "adamOptimizer"])
def test_a_mask_channel_keeps_its_weight_and_pads_learn_nothing(tmp_path: Path, optimizer: str) -> None:
    made = models.span_head(optimizer=optimizer)
    weights = made.neuralNetwork.layers[0].convolution.weights.floatValue
    rng = np.random.default_rng(0)
    weights[:] = [*rng.normal(0, 0.1, models.HIDDEN).tolist(), 1.0]
    rows = []
    for length in (10, 17, 24):
        features = rng.normal(size=(models.HIDDEN + 1, 1, models.LENGTH)).astype(np.float32)
        features[-1] = np.where(np.arange(models.LENGTH) < length, 0.0, -1e4)
        rows.append({"features": features, "start_true": [int(rng.integers(length))]})
    task = UpdateTask(save_model(tmp_path / "m.mlmodel", made), rows)
    task.resume()
    context = task.result(60)
    learned = context.parameters["dense.weights"].reshape(-1)
    assert learned[-1] == 1.0
    assert np.abs(learned[:-1] - np.asarray(weights[:-1], np.float32)).max() > 1e-3
    assert context.model.predict({"features": rows[0]["features"]})["start"].reshape(-1)[10:].max() == 0.0


def test_labels_are_mapped_to_their_places(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE, labels=True), batch=3, epochs=4, **_SGD)
    rows = networks.examples_for(built, 7)
    arrays, _ = _trained(built, rows, tmp_path)
    networks.reference(built, rows, "sgdOptimizer", 3, 4, **_SGD)
    for name, array in arrays.items():
        np.testing.assert_allclose(array, built.weights[name].detach().numpy(), rtol=0, atol=1e-6, err_msg=name)


def test_a_classifier_predicts_labels_and_their_probabilities(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE, labels=True))
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    row = networks.examples_for(built, 1)[0]
    task = UpdateTask(path, [row])
    task.resume()
    predicted = task.result(60).model.predict({"x": row["x"]})
    assert set(predicted) == {"fruit", "y"}
    assert predicted["fruit"] == max(predicted["y"], key=predicted["y"].__getitem__)
    assert sum(predicted["y"].values()) == pytest.approx(1, abs=1e-5)
    assert list(predicted["y"]) == list(networks.CLASSES[:3])


def test_a_model_overfits_its_examples(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE, labels=True), batch=2, epochs=80, learningRate=0.5, momentum=0.5)
    rows = networks.examples_for(built, 4)
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    task = UpdateTask(path, rows)
    task.resume()
    model = task.result(60).model
    assert task.loss_curve[-1] < task.loss_curve[0] / 5
    assert [str(model.predict({"x": row["x"]})["fruit"]) for row in rows] == [row["fruit"] for row in rows]


def test_only_declared_weights_change(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 5, 5), _CONVOLUTIONS))
    built.specification.description.metadata.userDefined["mine"] = "kept"
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    task = UpdateTask(path, networks.examples_for(built, 6))
    task.resume()
    saved = task.result(60).save(tmp_path / "new.mlmodel")
    before, after = Package.open(path).specification, Package.open(saved).specification
    assert before != after
    changed = set()
    for old, new in zip(before.neuralNetwork.layers, after.neuralNetwork.layers, strict=True):
        if old.isUpdatable:
            content = getattr(new, new.WhichOneof("layer"))
            for field in ("weights", "bias"):
                original = getattr(getattr(old, old.WhichOneof("layer")), field)
                if getattr(content, field) != original:
                    changed.add(f"{new.name}.{field}")
                getattr(content, field).CopyFrom(original)
    assert changed == {name.replace("biases", "bias") for name in built.trained}
    del after.description.metadata.userDefined["org.bertkit.updates"]
    assert after.SerializeToString(deterministic=True) == path.read_bytes()


def test_shuffling_is_repeatable_and_depends_on_the_seed(tmp_path: Path) -> None:
    built = networks.build(Recipe((2, 2, 2), _DENSE), batch=2, epochs=3, **_SGD)
    built.specification.neuralNetwork.updateParams.shuffle.defaultValue = True
    rows = networks.examples_for(built, 9)
    path = save_model(tmp_path / "m.mlmodel", built.specification)

    def run(seed: int) -> bytes:
        from bertkit.coreml import Configuration

        task = UpdateTask(path, rows, Configuration(parameters={"seed": seed}))
        task.resume()
        context = task.result(60)
        return context.parameters[ParameterKey.WEIGHTS.scoped("layer_4")].tobytes()

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_weights_may_be_given_and_are_trained_from_there(tmp_path: Path) -> None:
    from bertkit.coreml import Configuration

    built = networks.build(Recipe((2, 2, 2), _DENSE), **_SGD)
    path = save_model(tmp_path / "m.mlmodel", built.specification)
    given_weights = np.full((3, 4), 0.25, dtype=np.float32)
    seen = {}
    task = UpdateTask(
        path,
        networks.examples_for(built, 4),
        Configuration(parameters={"layer_4.weights": given_weights, "learning_rate": 0.0}),
        {Event.TRAINING_BEGIN: lambda context: seen.update(begin=context.parameters["layer_4.weights"])},
    )
    task.resume()
    after = task.result(60).parameters["layer_4.weights"]
    np.testing.assert_array_equal(seen["begin"], given_weights)
    np.testing.assert_array_equal(after, given_weights)
