"""What a file holds is told completely, and as values that JSON can hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml.parameters import Parameter
from bertkit.errors import FileError
from bertkit.inspect import inspect_model
from bertkit.inspect.modules import module_tree

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "coreml"


@pytest.fixture
def updatable(tmp_path: Path) -> Path:
    """Write an updatable network as coremltools' builder makes it."""
    from coremltools.models import MLModel, datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder, SgdParams

    builder = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("y", datatypes.Array(2))])
    builder.add_inner_product("head/dense", np.ones((2, 3)), np.ones(2), 3, 2, True, "x", "z")
    builder.add_softmax("head/probabilities", "z", "y")
    builder.make_updatable(["head/dense"])
    builder.set_categorical_cross_entropy_loss("loss", "y")
    builder.set_sgd_optimizer(SgdParams(lr=0.05, batch=4))
    builder.set_epochs(3, allowed_set=[1, 3])
    model = MLModel(builder.spec)
    model.author, model.user_defined_metadata["color"] = "A. Writer", "green"
    model.save(str(tmp_path / "m.mlmodel"))
    return tmp_path / "m.mlmodel"


def test_update_parameters_and_interface_are_told(updatable: Path) -> None:
    inspection = inspect_model(updatable)
    assert inspection.update_parameters == {
        "layers": ["head/dense"],
        "losses": [
            {"name": "loss", "type": "categoricalCrossEntropyLossLayer", "input": "y", "target": "y_true"},
        ],
        "optimizer": "sgdOptimizer",
        "learningRate": {"default": 0.05, "range": [0.0, 1.0]},
        "miniBatchSize": {"default": 4, "set": [4]},
        "momentum": {"default": 0.0, "range": [0.0, 1.0]},
        "epochs": {"default": 3, "set": [1, 3]},
        "shuffle": {"default": True},
    }
    plain = json.loads(json.dumps(inspection.to_json()))
    assert plain["updatable"] is True
    assert [feature["name"] for feature in plain["training_inputs"]] == ["x", "y_true"]


def test_metadata_interface_and_modules_are_told(updatable: Path) -> None:
    plain = inspect_model(updatable).to_json()
    assert plain["metadata"]["author"] == "A. Writer"
    assert plain["metadata"]["user_defined"]["color"] == "green"
    (function,) = plain["functions"]
    assert function["inputs"][0]["shape"] == {"fixed": [3]}
    assert plain["size_bytes"] == updatable.stat().st_size
    (head,) = plain["modules"]["children"]
    assert (head["name"], head["parameters"], head["bytes"], head["updatable"]) == ("head", 8, 32, True)


def test_module_counts_include_everything_below() -> None:
    def parameter(layer: str, count: int, updatable: bool = False) -> Parameter:
        return Parameter(f"{layer}.w", layer, (count,), "float32", count, 4 * count, updatable)

    tree = module_tree([parameter("a__b__c", 1), parameter("a__b__d", 2, updatable=True), parameter("a__e", 4)])
    assert (tree.parameters, tree.bytes, tree.updatable) == (7, 28, True)
    assert list(tree.children) == ["a"]
    assert {name: child.parameters for name, child in tree.children["a"].children.items()} == {"b": 3, "e": 4}
    assert not tree.children["a"].children["e"].updatable


@pytest.mark.skipif(not _SHARED.is_dir(), reason="the collection of public Core ML models is not here")
@pytest.mark.parametrize("path", sorted(_SHARED.glob("*.mlmodel")), ids=lambda path: path.stem[:40])
def test_public_models_of_every_type_are_told(path: Path) -> None:
    listed = {row["file"]: row for row in json.loads((_SHARED / "MODELS.json").read_text())}[path.name]
    plain = json.loads(json.dumps(inspect_model(path).to_json()))
    assert plain["type"] == listed["type"]
    assert plain["specification_version"] == listed["spec_version"]
    assert plain["updatable"] == (plain["update_parameters"] is not None) == listed["isUpdatable"]


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no Core ML model at .*nothing\.mlpackage"):
        inspect_model(tmp_path / "nothing.mlpackage")
