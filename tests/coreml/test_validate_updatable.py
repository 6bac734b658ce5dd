"""Updatable models: the variants that Core ML's validator was asked about, and every rule, broken one at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import validate_models as models

from bertkit.coreml.validate import validate

Build = Callable[[], Any]

_VARIANTS: dict[str, Build] = {
    "A, SGD": models.span_head,
    "A, Adam": lambda: models.span_head(optimizer="adamOptimizer"),
    "A2, role head": lambda: models.span_head(channels=2 * models.HIDDEN + 1),
    "B, exact shapes": models.exact_head,
    "C, integer labels": models.classifier_head,
    "C, string labels": lambda: models.classifier_head("stringClassLabels"),
    "D, mean squared error of sigmoid": models.squared_error_head,
    "D, of tanh": lambda: models.squared_error_head("tanh"),
    "D, of ReLU": lambda: models.squared_error_head("ReLU"),
    "E, encoder in the same network": models.whole_network,
    "F, linked encoder": models.linked_pipeline,
    "F, without names": lambda: models.linked_pipeline(names=()),
    "nested updatable pipeline": models.nested_pipeline,
    "embedding and nearest neighbors": models.drawing_pipeline,
    "nearest neighbors": models.neighbors,
    "flatten between": lambda: models.head_with("flatten"),
    "pooling between": lambda: models.head_with("pooling"),
    "batchnorm between": lambda: models.head_with("batchnorm"),
    "ReLU between": lambda: models.head_with("activation", function="ReLU"),
    "sigmoid between": lambda: models.head_with("activation", function="sigmoid"),
    "tanh between": lambda: models.head_with("activation", function="tanh"),
}


@pytest.mark.parametrize("build", _VARIANTS.values(), ids=_VARIANTS)
def test_valid_variants(build: Build) -> None:
    assert [str(problem) for problem in validate(build()).problems] == []


_BLOCKING = {
    "add": {"inputs": 2}, "multiply": {"inputs": 2}, "addBroadcastable": {"inputs": 2}, "concatND": {"inputs": 2},
    "reshapeStatic": {}, "transpose": {}, "squeeze": {}, "layerNormalization": {}, "gelu": {}, "softmaxND": {},
    "batchedMatmul": {"inputs": 2}, "embeddingND": {}, "tanh": {},
}  # fmt: skip


@pytest.mark.parametrize("kind", _BLOCKING)
def test_layers_that_do_not_propagate_may_not_stand_below_an_updatable_one(kind: str) -> None:
    (problem,) = validate(models.head_with(kind, **_BLOCKING[kind])).problems
    assert (problem.rule, problem.where) == ("backpropagation.path", "layer dense")
    assert f'"between" ({kind})' in problem.message


@pytest.mark.parametrize("function", ["leakyReLU", "linear", "ELU", "softplus"])
def test_activations_that_do_not_propagate(function: str) -> None:
    (problem,) = validate(models.head_with("activation", function=function)).problems
    assert problem.rule == "backpropagation.path"
    assert f"activation {function}" in problem.message


def test_a_blocked_branch_blocks_later_layers_of_the_others() -> None:
    """Core ML searches breadth first with one flag, so an updatable layer on another, longer branch fails."""
    specification = models.squared_error_head()
    network = specification.neuralNetwork
    head = list(network.layers)
    del network.layers[:]
    models.layer(network, "gelu", "gelu", ["hidden"], ["left"])
    models.inner_product(network, "first", "hidden", "right", (models.HIDDEN, models.HIDDEN), updatable=True)
    models.inner_product(network, "second", "left", "stem", (models.HIDDEN, models.HIDDEN))
    joined = models.layer(network, "join", "addBroadcastable", ["stem", "right"], ["joined"])
    assert joined.ByteSize() == 0
    head[0].input[0] = "joined"
    network.layers.extend(head)
    assert [problem.where for problem in validate(specification).problems] == ["layer first"]


def _sgd(specification: Any) -> Any:
    return specification.neuralNetwork.updateParams.optimizer.sgdOptimizer


def _adam(specification: Any) -> Any:
    return specification.neuralNetwork.updateParams.optimizer.adamOptimizer


def _update(specification: Any) -> Any:
    return specification.neuralNetwork.updateParams


def _loss(specification: Any) -> Any:
    return _update(specification).lossLayers[0].categoricalCrossEntropyLossLayer


def _dense(specification: Any) -> Any:
    return specification.neuralNetwork.layers[0]


def _change(change: Callable[[Any], Any], build: Build = models.span_head) -> Any:
    specification = build()
    change(specification)
    return specification


def _mark_flatten(specification: Any) -> None:
    specification.neuralNetwork.layers[1].isUpdatable = True


def _quantize(specification: Any) -> None:
    weights = _dense(specification).convolution.weights
    weights.ClearField("floatValue")
    weights.rawValue = bytes(models.HIDDEN + 1)
    weights.quantization.numberOfBits = 8
    weights.quantization.linearQuantization.scale.append(0.1)


def _halve(specification: Any) -> None:
    for name in ("weights", "bias"):
        weights = getattr(_dense(specification).convolution, name)
        weights.float16Value = bytes(2 * len(weights.floatValue))
        weights.ClearField("floatValue")


def _mark_lstm(specification: Any) -> None:
    network = specification.neuralNetwork
    network.layers.add(name="lstm", isUpdatable=True, input=["features"], output=["a", "b", "c"])
    content = network.layers[-1].uniDirectionalLSTM
    content.inputVectorSize = content.outputVectorSize = 1
    for _ in range(3):
        content.activations.add().tanh.SetInParent()
    for gate in ("inputGate", "forgetGate", "blockInput", "outputGate"):
        models.fill(getattr(content.weightParams, f"{gate}WeightMatrix"), 1)
        models.fill(getattr(content.weightParams, f"{gate}RecursionMatrix"), 1)


def _second_loss(specification: Any) -> None:
    other = _update(specification).lossLayers.add(name="other").categoricalCrossEntropyLossLayer
    other.input, other.target = "start", "start_true"


def _softmax_nd() -> Any:
    specification = models.exact_head()
    network = specification.neuralNetwork
    del network.layers[-1]
    models.layer(network, "softmax", "softmaxND", ["flat"], ["start"])
    return specification


def _set_batch(default: int, values: list[int]) -> Callable[[Any], None]:
    def change(specification: Any) -> None:
        batch = _sgd(specification).miniBatchSize
        batch.defaultValue = default
        del batch.set.values[:]
        batch.set.values.extend(values)

    return change


def _set_epochs(default: int, least: int, most: int) -> Callable[[Any], None]:
    def change(specification: Any) -> None:
        epochs = _update(specification).epochs
        epochs.defaultValue = default
        epochs.range.minValue, epochs.range.maxValue = least, most

    return change


def _set_seed(specification: Any) -> None:
    _update(specification).seed.defaultValue = 3
    _update(specification).seed.set.values.append(4)


def _set_rate(default: float, least: float = 0.0) -> Callable[[Any], None]:
    def change(specification: Any) -> None:
        rate = _sgd(specification).learningRate
        rate.defaultValue, rate.range.minValue = default, least

    return change


def _only_target(specification: Any) -> None:
    del specification.description.trainingInput[0]


def _no_target(specification: Any) -> None:
    del specification.description.trainingInput[1]
    models.array(specification.description.trainingInput, "other", [1])


def _only_inputs(specification: Any) -> None:
    models.array(specification.description.input, "mask", [1])
    training = specification.description.trainingInput
    training[1].CopyFrom(specification.description.input[1])


def _other_input_type(specification: Any) -> None:
    specification.description.trainingInput[0].type.multiArrayType.shape[2] = 5


_BROKEN: dict[str, tuple[Any, set[str]]] = {
    "version 3": (_change(lambda s: setattr(s, "specificationVersion", 3)), {"updatable.version"}),
    "no layer": (_change(lambda s: setattr(_dense(s), "isUpdatable", False)), {"updatable-layer.none"}),
    "layer type": (_change(_mark_flatten), {"updatable-layer.type"}),
    "recurrent layer": (_change(_mark_lstm), {"updatable-layer.type"}),
    "weights not marked": (
        _change(lambda s: setattr(_dense(s).convolution.weights, "isUpdatable", False)),
        {"updatable-layer.weights"},
    ),
    "bias not marked": (
        _change(lambda s: setattr(_dense(s).convolution.bias, "isUpdatable", False)),
        {"updatable-layer.weights"},
    ),
    "quantized": (_change(_quantize), {"updatable-layer.quantized"}),
    "float16": (_change(_halve), {"updatable-layer.float16"}),
    "name of two layers": (
        _change(lambda s: setattr(s.neuralNetwork.layers[1], "name", "dense")),
        {"updatable-name.unique"},
    ),
    "name of layer and loss": (
        _change(lambda s: setattr(_update(s).lossLayers[0], "name", "dense")),
        {"updatable-name.unique"},
    ),
    "no loss": (_change(lambda s: _update(s).ClearField("lossLayers")), {"loss.none"}),
    "two losses": (_change(_second_loss), {"loss.count"}),
    "loss without type": (
        _change(lambda s: _update(s).lossLayers[0].ClearField("categoricalCrossEntropyLossLayer")),
        {"loss.type"},
    ),
    "softmaxND": (_softmax_nd(), {"loss.softmax", "backpropagation.path"}),
    "cross-entropy of flat": (
        _change(lambda s: setattr(_loss(s), "input", "flat")),
        {"loss.softmax"},
    ),
    "cross-entropy of an input": (_change(lambda s: setattr(_loss(s), "input", "features")), {"loss.softmax"}),
    "target inside": (
        _change(lambda s: setattr(_loss(s), "target", "scores")),
        {"loss.target", "training-input.target"},
    ),
    "squared error of an input": (
        _change(
            lambda s: setattr(_update(s).lossLayers[0].meanSquaredErrorLossLayer, "input", "hidden"),
            models.squared_error_head,
        ),
        {"loss.input"},
    ),
    "squared error against a blob": (
        _change(
            lambda s: setattr(_update(s).lossLayers[0].meanSquaredErrorLossLayer, "target", "scores"),
            models.squared_error_head,
        ),
        {"loss.target", "training-input.target"},
    ),
    "no optimizer": (_change(lambda s: _update(s).ClearField("optimizer")), {"optimizer.type"}),
    **{
        f"SGD without {name}": (_change(lambda s, name=name: _sgd(s).ClearField(name)), {"optimizer.parameters"})
        for name in ("learningRate", "miniBatchSize")
    },
    **{
        f"Adam without {name}": (
            _change(
                lambda s, name=name: _adam(s).ClearField(name), lambda: models.span_head(optimizer="adamOptimizer")
            ),
            {"optimizer.parameters"},
        )
        for name in ("learningRate", "miniBatchSize", "beta1", "beta2", "eps")
    },
    "batch of 0": (_change(_set_batch(0, [0, 8])), {"optimizer.batch-size"}),
    "batch not in set": (_change(_set_batch(7, [4, 8])), {"optimizer.batch-size"}),
    "0 in set before the default": (_change(_set_batch(8, [0, 8])), {"optimizer.batch-size"}),
    "0 in set after the default": (_change(_set_batch(8, [8, 0])), {"optimizer.batch-size"}),
    "rate out of range": (_change(_set_rate(1.5)), {"optimizer.range"}),
    "negative rate": (_change(_set_rate(-0.1, -1.0)), {"optimizer.negative-rate"}),
    "negative rate allowed": (_change(_set_rate(0.1, -1.0)), {"optimizer.negative-rate"}),
    "rate is no number": (_change(_set_rate(math.nan)), {"optimizer.range", "optimizer.negative-rate"}),
    "momentum out of range": (
        _change(lambda s: setattr(_sgd(s).momentum, "defaultValue", 1.5)),
        {"optimizer.range"},
    ),
    "no epochs": (_change(lambda s: _update(s).ClearField("epochs")), {"epochs.given"}),
    "0 epochs": (_change(lambda s: setattr(_update(s).epochs, "defaultValue", 0)), {"epochs.positive"}),
    "epochs out of range": (_change(_set_epochs(7, 1, 5)), {"epochs.positive"}),
    "epochs may be 0": (_change(_set_epochs(1, 0, 5)), {"epochs.positive"}),
    "epochs range ends at 0": (_change(_set_epochs(1, 1, 0)), {"epochs.positive"}),
    "seed not in set": (_change(_set_seed), {"epochs.seed"}),
    "no training inputs": (
        _change(lambda s: s.description.ClearField("trainingInput")),
        {"training-input.count"},
    ),
    "only the target": (_change(_only_target), {"training-input.count", "training-input.shared"}),
    "no target": (_change(_no_target), {"training-input.target"}),
    "only inputs": (_change(_only_inputs), {"training-input.own", "training-input.target"}),
    "input of another type": (_change(_other_input_type), {"training-input.shared"}),
    "label of another type": (
        _change(
            lambda s: s.description.trainingInput[1].type.stringType.SetInParent(),
            models.classifier_head,
        ),
        {"training-input.label"},
    ),
    "neither label nor target": (
        _change(lambda s: setattr(s.description.trainingInput[1], "name", "other"), models.classifier_head),
        {"training-input.target"},
    ),
}


@pytest.mark.parametrize(("specification", "rules"), _BROKEN.values(), ids=_BROKEN)
def test_every_rule_of_updatable_networks(specification: Any, rules: set[str]) -> None:
    assert {problem.rule for problem in validate(specification).problems} == rules


def test_problems_come_in_the_order_of_core_mls_checks() -> None:
    specification = models.span_head()
    for change in (_mark_flatten, _second_loss, _set_epochs(0, 1, 5), _no_target, _set_rate(3)):
        change(specification)
    specification.neuralNetwork.layers[1].name = "dense"
    families = list(dict.fromkeys(problem.rule.split(".")[0] for problem in validate(specification).problems))
    assert families == ["updatable-layer", "updatable-name", "loss", "optimizer", "epochs", "training-input"]


def test_a_target_under_the_loss_name_serves_a_classifier_too() -> None:
    specification = models.classifier_head()
    training = specification.description.trainingInput[1]
    training.name = "start_true"
    training.type.multiArrayType.dataType = training.type.multiArrayType.INT32
    training.type.multiArrayType.shape.append(1)
    assert validate(specification).valid


def test_parameters_without_allowed_values_are_unbounded() -> None:
    specification = models.span_head()
    _sgd(specification).miniBatchSize.ClearField("set")
    _sgd(specification).learningRate.ClearField("range")
    _sgd(specification).ClearField("momentum")
    assert validate(specification).valid


def test_messages_name_the_place_the_wanted_and_the_found() -> None:
    (problem,) = validate(_change(_set_batch(7, [4, 8]))).problems
    assert problem.to_json() == {
        "rule": "optimizer.batch-size",
        "where": "optimizer",
        "message": "The default 7 of miniBatchSize is not found in its allowed set [4, 8].",
    }
