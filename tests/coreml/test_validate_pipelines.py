"""Pipelines, linked models and nearest neighbors: every rule, broken one at a time, with the place of the problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import validate_models as models

from bertkit.coreml.validate import validate

Change = Callable[[Any], Any]


def _broken(specification: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.where) for problem in validate(specification).problems]


def _pipeline(change: Change, build: Callable[[], Any] = models.linked_pipeline) -> Any:
    specification = build()
    change(specification)
    return specification


def _unmark(specification: Any) -> None:
    """Make a pipeline frozen, but leave its head updatable."""
    specification.isUpdatable = False
    specification.description.ClearField("trainingInput")


def _freeze_last(specification: Any) -> None:
    head = specification.pipeline.models[-1]
    head.isUpdatable = False
    head.description.ClearField("trainingInput")


def _two_heads(specification: Any) -> None:
    specification.pipeline.models.insert(1, models.span_head())
    specification.pipeline.names[:] = ["encoder", "early", "head"]


_PIPELINES: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "empty": (
        _pipeline(lambda s: (s.pipeline.ClearField("models"), s.pipeline.ClearField("names"))),
        [("pipeline.models", "model"), ("pipeline.outputs", "output start")],
    ),
    "input of nobody": (
        _pipeline(lambda s: setattr(s.pipeline.models[0].description.output[0], "name", "other")),
        [("pipeline.inputs", "pipeline/head/input features")],
    ),
    "input of another shape": (
        _pipeline(lambda s: s.pipeline.models[0].CopyFrom(models.linked_encoder((5, 1, models.LENGTH)))),
        [("pipeline.inputs", "pipeline/head/input features")],
    ),
    "output of nobody": (
        _pipeline(lambda s: setattr(s.description.output[0], "name", "end")),
        [("pipeline.outputs", "output end")],
    ),
    "output of another type": (
        _pipeline(lambda s: s.description.output[0].type.doubleType.SetInParent()),
        [("pipeline.outputs", "output start")],
    ),
    "last model frozen": (_pipeline(_freeze_last), [("pipeline.last-updatable", "pipeline/head")]),
    "not marked": (_pipeline(_unmark), [("pipeline.no-updatable", "pipeline/head")]),
    "fewer names": (
        _pipeline(lambda s: s.pipeline.names.pop()),
        [("pipeline.names", "model")],
    ),
    "equal names": (
        _pipeline(lambda s: s.pipeline.names.__setitem__(1, "encoder")),
        [("pipeline.names", "model")],
    ),
    "no training inputs": (
        _pipeline(lambda s: s.description.ClearField("trainingInput")),
        [("training-input.count", "model")],
    ),
    "another target": (
        _pipeline(lambda s: setattr(s.description.trainingInput[1], "name", "end_true")),
        [("training-input.target", "model")],
    ),
    "version 3": (
        _pipeline(lambda s: setattr(s, "specificationVersion", 3)),
        [
            ("version.features", "pipeline/encoder"),
            ("version.features", "pipeline/head"),
            ("updatable.version", "model"),
        ],
    ),
    "updatable link": (
        _pipeline(lambda s: setattr(s.pipeline.models[0], "isUpdatable", True)),
        [("pipeline.only-last-updatable", "pipeline/encoder"), ("updatable.type", "pipeline/encoder")],
    ),
    "link to nothing": (
        _pipeline(lambda s: s.pipeline.models[0].linkedModel.linkedModelFile.ClearField("linkedModelFileName")),
        [("linked.file-name", "pipeline/encoder")],
    ),
    "link of no type": (
        _pipeline(lambda s: s.pipeline.models[0].linkedModel.ClearField("linkedModelFile")),
        [("linked.type", "pipeline/encoder")],
    ),
    "problem two pipelines deep": (
        _pipeline(
            lambda s: s.pipeline.models[1].pipeline.models[1].neuralNetwork.updateParams.ClearField("epochs"),
            models.nested_pipeline,
        ),
        [("epochs.given", "pipeline/model1/pipeline/head/epochs")],
    ),
    "problem in a layer of an unnamed model": (
        _pipeline(
            lambda s: s.pipeline.models[1].neuralNetwork.layers[0].convolution.weights.floatValue.pop(),
            lambda: models.linked_pipeline(names=()),
        ),
        [("weights.count", "pipeline/model1/layer dense/weights")],
    ),
}


@pytest.mark.parametrize(("specification", "expected"), _PIPELINES.values(), ids=_PIPELINES)
def test_every_rule_of_pipelines(specification: Any, expected: list[tuple[str, str]]) -> None:
    assert _broken(specification) == expected


def test_only_the_last_model_may_be_updatable() -> None:
    found = _broken(_pipeline(_two_heads))
    assert found == [("pipeline.only-last-updatable", "pipeline/early")]


def test_a_classifier_around_models_names_an_output() -> None:
    specification = models.drawing_pipeline()
    specification.description.predictedFeatureName = "word"
    assert _broken(specification) == [("classes.pipeline", "model")]


def _neighbors(change: Change) -> Any:
    specification = models.neighbors()
    change(specification.kNearestNeighborsClassifier)
    return specification


def _tree(content: Any) -> None:
    content.nearestNeighborsIndex.singleKdTreeIndex.leafSize = 0


def _integer_default(content: Any) -> None:
    content.defaultInt64Label = 1


def _no_labels(content: Any) -> None:
    content.ClearField("stringClassLabels")
    content.nearestNeighborsIndex.ClearField("floatSamples")
    content.ClearField("defaultStringLabel")


_NEIGHBORS: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "0 neighbors": (
        lambda c: setattr(c.numberOfNeighbors, "defaultValue", 0),
        [("neighbors.count", "model")] * 2,
    ),
    "neighbors out of range": (
        lambda c: setattr(c.numberOfNeighbors, "defaultValue", 2000),
        [("neighbors.count", "model")],
    ),
    "no weighting": (lambda c: c.ClearField("uniformWeighting"), [("neighbors.weighting", "model")]),
    "no index": (lambda c: c.nearestNeighborsIndex.ClearField("linearIndex"), [("neighbors.index", "model")]),
    "leaf size 0": (_tree, [("neighbors.index", "model")]),
    "no distance": (
        lambda c: c.nearestNeighborsIndex.ClearField("squaredEuclideanDistance"),
        [("neighbors.distance", "model")],
    ),
    "a label too many": (lambda c: c.stringClassLabels.vector.append("more"), [("neighbors.label-count", "model")]),
    "a value too few": (
        lambda c: c.nearestNeighborsIndex.floatSamples[1].vector.pop(),
        [("neighbors.dimensions", "sample 1")],
    ),
    "other default type": (_integer_default, [("neighbors.default-label", "model")]),
    "no labels at all": (_no_labels, [("neighbors.default-label", "model")]),
    "other dimensions": (
        lambda c: setattr(c.nearestNeighborsIndex, "numberOfDimensions", 3),
        [
            ("neighbors.dimensions", "sample 0"),
            ("neighbors.dimensions", "sample 1"),
            ("neighbors.input", "input embedding"),
        ],
    ),
}


@pytest.mark.parametrize(("change", "expected"), _NEIGHBORS.values(), ids=_NEIGHBORS)
def test_every_rule_of_nearest_neighbors(change: Change, expected: list[tuple[str, str]]) -> None:
    assert _broken(_neighbors(change)) == expected


def test_an_empty_classifier_is_valid_with_a_default_label() -> None:
    assert validate(models.neighbors(samples=0)).valid


def test_neighbors_are_not_trained_without_labels() -> None:
    specification = models.neighbors()
    del specification.description.trainingInput[1]
    assert _broken(specification) == [
        ("training-input.count", "model"),
        ("training-input.own", "model"),
        ("training-input.target", "model"),
    ]
