"""Random layers: what they draw, and what a seed does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_support import Array, run

from bertkit.coreml import Configuration, Model
from bertkit.coreml.lowering import Lowered, lower
from bertkit.coreml.package import Package

_SHAPE = (40, 50)
_DRAWS: dict[str, tuple[dict[str, float], Callable[[Array], Array], float, float]] = {
    # options, what all values satisfy, mean, deviation
    "normal": ({"mean": 3.0, "stddev": 2.0}, np.isfinite, 3.0, 2.0),
    "uniform": ({"minval": -1.0, "maxval": 3.0}, lambda x: (x >= -1) & (x < 3), 1.0, 4 / np.sqrt(12)),
    "bernoulli": ({"prob": 0.25}, lambda x: np.isin(x, (0, 1)), 0.25, np.sqrt(0.1875)),
}


def _build(add: Callable[[Any], Any], path: Path, **inputs: tuple[int, ...]) -> Path:
    features = [(name, datatypes.Array(*shape)) for name, shape in inputs.items()]
    builder = NeuralNetworkBuilder(features, [("y", None)], disable_rank5_shape_mapping=True)
    add(builder)
    path.write_bytes(builder.spec.SerializeToString())
    return path


def _random(kind: str, form: str, seed: int, path: Path) -> tuple[Lowered, Array]:
    """Return a network of one layer and what to feed it."""
    options = _DRAWS[kind][0] | {"seed": seed}

    def add(builder: Any) -> None:
        function = getattr(builder, f"add_random_{kind}_{form}")
        named = {"input_name": "x"} if form == "like" else {"input_names": ["x"]}
        function("layer", output_name="y", **({"output_shape": _SHAPE} if form == "static" else named), **options)

    fed = np.array(_SHAPE, np.float32) if form == "dynamic" else np.zeros(_SHAPE, np.float32)
    return lower(Package.open(_build(add, path / f"{seed}.mlmodel", x=fed.shape))), fed


@pytest.mark.parametrize("form", ["like", "static", "dynamic"])
@pytest.mark.parametrize("kind", _DRAWS)
def test_values_are_distributed_as_asked_and_decided_by_the_seed(kind: str, form: str, tmp_path: Path) -> None:
    _, satisfied, mean, deviation = _DRAWS[kind]
    lowered, fed = _random(kind, form, 7, tmp_path)
    (first,), (again,) = run(lowered, fed), run(lowered, fed)
    assert first.shape == _SHAPE
    assert first.dtype == np.float32
    assert satisfied(first).all()
    assert abs(first.mean() - mean) < 5 * deviation / np.sqrt(first.size)
    assert abs(first.std() - deviation) < 0.1 * deviation
    np.testing.assert_array_equal(first, again)
    other, fed = _random(kind, form, 8, tmp_path)
    assert (run(other, fed)[0] != first).any()
    fresh, fed = _random(kind, form, -1, tmp_path)
    assert (run(fresh, fed)[0] != run(fresh, fed)[0]).any()


@pytest.mark.parametrize("is_logits", [True, False])
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_categories_are_drawn_by_their_probabilities(is_logits: bool, temperature: float, tmp_path: Path) -> None:
    chances = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]], np.float32)
    options = {"num_samples": 5000, "is_logits": is_logits, "temperature": temperature, "seed": 3}

    def add(builder: Any) -> None:
        builder.add_categorical_distribution("layer", "x", "y", **options)

    with np.errstate(divide="ignore"):
        fed = np.log(chances) if is_logits else chances
    lowered = lower(Package.open(_build(add, tmp_path / "categories.mlmodel", x=chances.shape)))
    (drawn,) = run(lowered, fed)
    assert drawn.shape == (2, 5000)
    tempered = chances ** (1 / temperature)
    shares = np.stack([(drawn == category).mean(1) for category in range(3)], 1)
    np.testing.assert_allclose(shares, tempered / tempered.sum(1, keepdims=True), atol=0.03)


def test_every_engine_draws_the_same_values_for_a_seed(tmp_path: Path) -> None:
    def add(builder: Any) -> None:
        builder.add_random_normal_like("layer", "x", "y", mean=0.0, stddev=1.0, seed=5)

    path = _build(add, tmp_path / "seeded.mlmodel", x=(3, 4))
    fed = {"x": np.zeros((3, 4), np.float32)}
    found = [
        Model.load(path, Configuration(engine=engine, cache=False)).predict(fed)["y"] for engine in ("auto", "torch")
    ]
    np.testing.assert_array_equal(*found)
