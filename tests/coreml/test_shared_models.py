"""Models that people published: each loads, is judged, describes itself, and predicts, or is refused with reason."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bertkit.coreml import Configuration, Model
from bertkit.coreml.example_inputs import example_inputs
from bertkit.coreml.features import Dictionary, Double, Feature, Image, Int64, MultiArray, String
from bertkit.coreml.validate import validate
from bertkit.errors import BertkitError, FileError, ModelError, UnsupportedError

_FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"
_LIST = _FOLDER / "MODELS.json"
_ENTRIES: list[dict[str, Any]] = json.loads(_LIST.read_text(encoding="utf-8")) if _LIST.is_file() else []
_TORCH = Configuration(engine="torch")
_LARGE_BYTES = 1_000_000
_MOST_BYTES = 4 << 20
_KINDS = {Int64: "int64Type", Double: "doubleType", String: "stringType", MultiArray: "multiArrayType",
          Image: "imageType", Dictionary: "dictionaryType"}  # fmt: skip

# By the last part of a file's name.
_REFUSED: dict[str, tuple[type[BertkitError], str]] = {
    "ec2e449": (UnsupportedError, "ResCropBlockLambda|custom"),
    "9eb3256": (UnsupportedError, "textClassifier can be described, but not run here"),
    "d39c03c": (ModelError, 'refers to the blob "numericInput", which nothing before it produces'),
    "3a80f61": (ModelError, '"dense_17" cannot be computed: .*1x7 and 49x64'),
}
_INVALID = {"d39c03c": "network.undefined-blob"}

pytestmark = pytest.mark.skipif(not _ENTRIES, reason=f"{_LIST} is not there")


def _files(damaged: bool) -> list[Any]:
    """Return the entries of the list, large ones marked as slow."""
    return [
        pytest.param(entry, id=_key(entry), marks=[pytest.mark.slow] if entry["size"] > _LARGE_BYTES else [])
        for entry in _ENTRIES
        if entry["file"].endswith(".bad") == damaged
    ]


def _key(entry: dict[str, Any]) -> str:
    return str(Path(entry["file"]).stem.rpartition("__")[2])


def _inputs(model: Model, entry: dict[str, Any]) -> dict[str, Any]:
    """Make up inputs; where they may be rows of tables, small integers."""
    made = example_inputs(model.description.inputs, np.random.default_rng(0))
    tables = {"embedding", "gather"} & set(entry.get("layers", {}))
    return {name: np.abs(np.sign(value)) for name, value in made.items()} if tables else made


def _check(feature: Feature, value: Any) -> None:
    """Check that an output is finite and what the model declares."""
    if isinstance(feature.type, Dictionary):
        key = str if feature.type.key == "string" else int
        assert all(type(label) is key for label in value), feature
        assert sum(value.values()) == pytest.approx(1.0), feature
    elif isinstance(feature.type, String):
        assert value.dtype.kind == "U", feature
    else:
        assert np.isfinite(value).all(), feature
    if isinstance(feature.type, MultiArray):
        assert value.dtype == feature.type.dtype, feature
        assert feature.type.shape.allows(value.shape), (feature, value.shape)
    if isinstance(feature.type, Int64 | Double | String):
        assert value.shape == (), feature


@pytest.mark.parametrize("entry", _files(damaged=False))
def test_published_models(entry: dict[str, Any]) -> None:
    model = Model.load(_FOLDER / entry["file"], _TORCH)
    described = model.description
    assert described.model_type == entry["type"]
    assert described.specification_version == entry["spec_version"]
    assert described.is_updatable == entry["isUpdatable"]
    for features, listed in ((described.inputs, entry["inputs"]), (described.outputs, entry["outputs"])):
        # The list names the first features only.
        assert [[feature.name, _KINDS[type(feature.type)]] for feature in features[: len(listed)]] == listed
    key = _key(entry)
    broken = {problem.rule for problem in validate(model.package).problems}
    assert broken == ({_INVALID[key]} if key in _INVALID else set())
    if key in _REFUSED:
        error, message = _REFUSED[key]
        with pytest.raises(error, match=message):
            model.predict(_inputs(model, entry))
        return
    outputs = model.predict(_inputs(model, entry))
    assert set(outputs) == {feature.name for feature in described.outputs}
    for feature in described.outputs:
        _check(feature, outputs[feature.name])


@pytest.mark.parametrize("entry", _files(damaged=True))
def test_damaged_models_are_refused_at_once(entry: dict[str, Any]) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(
            (FileError, ModelError), match=r"is not a Core ML model, or is truncated|names no model type"
        ):
            Model.load(_FOLDER / entry["file"])
        assert tracemalloc.get_traced_memory()[1] < _MOST_BYTES
    finally:
        tracemalloc.stop()


def test_a_published_reader_of_moods_knows_good_from_bad() -> None:
    (name,) = (entry["file"] for entry in _ENTRIES if "SentimentPolarity" in entry["file"])
    model = Model.load(_FOLDER / name)
    for words, label in (("great wonderful love", "Pos"), ("terrible awful bad", "Neg")):
        assert model.predict({"input": dict.fromkeys(words.split(), 1.0)})["classLabel"] == label
