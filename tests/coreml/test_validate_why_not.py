"""What keeps a model from being updatable is told rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import coreml_programs
import pytest
import validate_models as models

from bertkit.coreml.package import Package
from bertkit.coreml.validate import Problem, why_not_updatable


def _asked(specification: Any) -> dict[str, Problem]:
    package = Package(Path("model.mlmodel"), Path("model.mlmodel"), specification)
    return {problem.rule: problem for problem in why_not_updatable(package)}


def test_nothing_is_said_of_an_updatable_model() -> None:
    assert _asked(models.span_head()) == {}
    assert _asked(models.linked_pipeline()) == {}


def test_a_program_can_never_be_updatable() -> None:
    asked = _asked(coreml_programs.token_scorer())
    assert list(asked) == ["updatable.marked", "updatable.type"]
    assert "An ML Program can never be updatable" in asked["updatable.type"].message


def test_a_frozen_network_lacks_everything() -> None:
    asked = _asked(models.frozen_network())
    assert set(asked) == {
        "updatable.marked", "updatable-layer.none", "loss.none", "optimizer.type", "epochs.given",
        "training-input.count",
    }  # fmt: skip
    assert '"dense"' in asked["updatable-layer.none"].message


def test_layers_that_no_gradient_passes_are_named() -> None:
    specification = models.frozen_network()
    network = specification.neuralNetwork
    network.layers[0].output[0] = "scores"
    models.layer(network, "squeeze", "squeeze", ["scores"], ["flat"]).squeezeAll = True
    models.layer(network, "softmax", "softmaxND", ["flat"], ["y"]).axis = -1
    problem = _asked(specification)["backpropagation.reachable"]
    assert problem.where == "output y"
    assert '"softmax" (softmaxND), "squeeze" (squeeze)' in problem.message


def test_one_missing_thing_is_all_that_is_said() -> None:
    specification = models.span_head()
    specification.isUpdatable = False
    assert list(_asked(specification)) == ["updatable.marked"]
    specification.isUpdatable = True
    specification.neuralNetwork.updateParams.ClearField("epochs")
    assert list(_asked(specification)) == ["epochs.given"]


@pytest.mark.parametrize(
    ("build", "where"),
    [(models.linked_pipeline, "pipeline/head"), (models.nested_pipeline, "pipeline/model1/pipeline/head")],
)
def test_the_last_model_of_a_pipeline_is_judged(build: Callable[[], Any], where: str) -> None:
    specification = build()
    last = specification
    while last.WhichOneof("Type") == "pipeline":
        last.isUpdatable = False
        last = last.pipeline.models[-1]
    last.isUpdatable = False
    last.neuralNetwork.updateParams.ClearField("optimizer")
    asked = _asked(specification)
    assert asked["optimizer.type"].where == f"{where}/optimizer"
    assert asked["pipeline.last-updatable"].where == where


def test_rules_about_other_things_are_left_out() -> None:
    specification = models.frozen_network()
    specification.description.output[0].name = "nobody"
    assert "network.missing-output" not in _asked(specification)
