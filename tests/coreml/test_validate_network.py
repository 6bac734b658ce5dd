"""Networks: the graph, branches and loops, shapes, weights and parameters of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import validate_models as models
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder

from bertkit.coreml import proto
from bertkit.coreml.validate import validate

Change = Callable[[Any], Any]


def _broken(specification: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.where) for problem in validate(specification).problems]


def _network(size: int = 4) -> tuple[Any, Any]:
    """Return a model of one input `x` and one output `y` without layers, and its network."""
    specification = models.model()
    specification.neuralNetwork.arrayInputShapeMapping = 1
    models.array(specification.description.input, "x", [size])
    models.array(specification.description.output, "y")
    return specification, specification.neuralNetwork


def _single(kind: str, inputs: Sequence[str] = ("x",), outputs: Sequence[str] = ("y",)) -> tuple[Any, Any]:
    """Return a model of one layer, and the message of its type."""
    specification, network = _network()
    return specification, models.layer(network, "only", kind, inputs, outputs)


# The graph


def test_a_network_needs_layers() -> None:
    specification, _ = _network()
    assert _broken(specification) == [("network.layers", "model"), ("network.missing-output", "output y")]


def test_blobs_are_defined_before_use_and_once() -> None:
    specification, network = _network()
    models.layer(network, "early", "sin", ["later"], ["y"])
    models.layer(network, "late", "sin", ["x"], ["later"])
    models.layer(network, "again", "cos", ["x"], ["y"])
    models.layer(network, "copied", "copy", ["later"], ["y"])
    assert _broken(specification) == [
        ("network.undefined-blob", "layer early"),
        ("network.repeated-blob", "layer again"),
    ]
    messages = [problem.message for problem in validate(specification).problems]
    assert '"later"' in messages[0]
    assert 'the layer "early"' in messages[1]


def test_an_input_is_no_output_unless_a_layer_produces_it_again() -> None:
    specification, network = _network()
    specification.description.output[0].name = "x"
    models.layer(network, "sin", "sin", ["x"], ["y"])
    assert _broken(specification) == [("network.missing-output", "output x")]
    models.layer(network, "copied", "copy", ["y"], ["x"])
    assert _broken(specification) == []


def test_a_copy_has_another_name() -> None:
    specification, network = _network()
    models.layer(network, "sin", "sin", ["x"], ["y"])
    models.layer(network, "copied", "copy", ["y"], ["y"])
    assert _broken(specification) == [("layer.copy", "layer copied")]


@pytest.mark.parametrize(
    ("kind", "inputs", "outputs", "rule"),
    [
        ("sin", 2, 1, "layer.inputs"),
        ("addBroadcastable", 1, 1, "layer.inputs"),
        ("whereBroadcastable", 2, 1, "layer.inputs"),
        ("loadConstantND", 1, 1, "layer.inputs"),
        ("stack", 1, 1, "layer.inputs"),
        ("topK", 1, 1, "layer.outputs"),
        ("splitND", 1, 1, "layer.outputs"),
        ("NonMaximumSuppression", 2, 3, "layer.outputs"),
        ("sin", 1, 0, "layer.outputs"),
    ],
)
def test_layers_have_the_inputs_and_outputs_of_their_type(kind: str, inputs: int, outputs: int, rule: str) -> None:
    names = ["y", *(f"more{position}" for position in range(1, outputs))][:outputs]
    specification, _ = _single(kind, ["x"] * inputs, names)
    assert (rule, "layer only") in _broken(specification)


def test_every_layer_type_is_known_with_its_arity_and_version() -> None:
    from bertkit.coreml.validate.network.layers import arity_of, since_version

    kinds = proto.neural_network_pb2().NeuralNetworkLayer.DESCRIPTOR.oneofs_by_name["layer"].fields
    versions = []
    for kind in kinds:
        layer = proto.neural_network_pb2().NeuralNetworkLayer(input=["x"])
        getattr(layer, kind.name).SetInParent()
        versions.append(since_version(layer)[0])
        assert arity_of(kind.name).outputs.least <= 5
    # 39 before Core ML 3, among them the custom layer of iOS 11.2 and two of iOS 12; 111 of Core ML 3; 8 of Core ML 4.
    assert {version: versions.count(version) for version in set(versions)} == {1: 36, 2: 1, 3: 2, 4: 111, 5: 8}


def test_a_layer_without_type() -> None:
    specification, network = _network()
    network.layers.add(name="nothing", input=["x"], output=["y"])
    assert _broken(specification) == [("layer.type", "layer nothing")]


# Branches and loops


def _branch(with_else: bool = True) -> tuple[Any, Any]:
    specification, network = _network(1)
    branch = models.layer(network, "choose", "branch", ["x"], [])
    models.layer(branch.ifBranch, "then", "sin", ["x"], ["y"])
    models.layer(branch.ifBranch, "own", "sin", ["y"], ["inside"])
    if with_else:
        models.layer(branch.elseBranch, "else", "cos", ["x"], ["y"])
    return specification, branch


def test_what_both_branches_produce_is_visible_afterwards() -> None:
    specification, _ = _branch()
    models.layer(specification.neuralNetwork, "after", "sin", ["y"], ["z"])
    assert _broken(specification) == []
    models.layer(specification.neuralNetwork, "wrong", "sin", ["inside"], ["w"])
    assert _broken(specification) == [("network.undefined-blob", "layer wrong")]


def test_without_an_else_branch_nothing_is_visible() -> None:
    specification, _ = _branch(with_else=False)
    assert _broken(specification) == [("network.missing-output", "output y")]


def test_problems_inside_branches_have_paths() -> None:
    specification, branch = _branch()
    models.layer(branch.elseBranch, "lost", "sin", ["inside"], ["z"])
    models.layer(branch.ifBranch, "stop", "loopBreak", [], [])
    assert _broken(specification) == [
        ("network.undefined-blob", "layer choose/elseBranch/layer lost"),
        ("layer.loop-exit", "layer choose/ifBranch/layer stop"),
    ]


def test_an_empty_branch_and_a_long_condition() -> None:
    specification, branch = _branch()
    branch.ClearField("ifBranch")
    specification.neuralNetwork.layers[0].inputTensor.add(rank=1, dimValue=[3])
    specification.description.output[0].name = "z"
    models.layer(specification.neuralNetwork, "z", "sin", ["x"], ["z"])
    assert _broken(specification) == [("layer.condition-size", "layer choose"), ("layer.branch", "layer choose")]


def _loop(iterations: int = 3, condition: bool = False) -> tuple[Any, Any]:
    specification, network = _network(1)
    models.layer(network, "start", "copy", ["x"], ["state"])
    loop = models.layer(network, "repeat", "loop", [], [])
    loop.maxLoopIterations = iterations
    if condition:
        loop.conditionVar = "go"
        models.layer(loop.conditionNetwork, "compare", "lessThan", ["state"], ["go"])
    models.layer(loop.bodyNetwork, "step", "sin", ["state"], ["next"])
    models.layer(loop.bodyNetwork, "keep", "copy", ["next"], ["state"])
    models.layer(network, "end", "copy", ["state"], ["y"])
    return specification, loop


@pytest.mark.parametrize(("iterations", "condition"), [(3, False), (0, True), (3, True)], ids=["for", "while", "both"])
def test_the_three_forms_of_a_loop(iterations: int, condition: bool) -> None:
    assert _broken(_loop(iterations, condition)[0]) == []


def test_a_loop_that_its_input_bounds() -> None:
    specification, _ = _loop(iterations=0)
    specification.neuralNetwork.layers[1].input.append("x")
    assert _broken(specification) == []


def test_scopes_of_loops() -> None:
    for_loop, _ = _loop()
    models.layer(for_loop.neuralNetwork, "seen", "sin", ["next"], ["z"])
    assert _broken(for_loop) == []
    while_loop, _ = _loop(0, condition=True)
    models.layer(while_loop.neuralNetwork, "condition", "sin", ["go"], ["z"])
    models.layer(while_loop.neuralNetwork, "body", "sin", ["next"], ["w"])
    assert _broken(while_loop) == [("network.undefined-blob", "layer body")]


_LOOPS: dict[str, tuple[Change, str]] = {
    "empty body": (lambda loop: loop.ClearField("bodyNetwork"), "layer.loop-body"),
    "no variable": (lambda loop: loop.ClearField("conditionVar"), "layer.loop-condition"),
    "no network": (lambda loop: loop.ClearField("conditionNetwork"), "layer.loop-condition"),
    "variable of nobody": (lambda loop: setattr(loop, "conditionVar", "stop"), "layer.loop-condition"),
    "variable from before": (lambda loop: setattr(loop, "conditionVar", "state"), "layer.loop-condition"),
}


@pytest.mark.parametrize(("change", "rule"), _LOOPS.values(), ids=_LOOPS)
def test_rules_of_loops(change: Change, rule: str) -> None:
    specification, loop = _loop(3, condition=True)
    change(loop)
    assert (rule, "layer repeat") in _broken(specification)


def test_a_loop_ends() -> None:
    specification, _ = _loop(iterations=0)
    assert _broken(specification) == [("layer.loop-end", "layer repeat")]


def test_exits_stand_in_loop_bodies() -> None:
    specification, loop = _loop(3, condition=True)
    choice = models.layer(loop.bodyNetwork, "choose", "branch", ["go"], [])
    models.layer(choice.ifBranch, "stop", "loopBreak", [], [])
    assert _broken(specification) == []
    models.layer(loop.conditionNetwork, "skip", "loopContinue", [], [])
    assert _broken(specification) == [("layer.loop-exit", "layer repeat/conditionNetwork/layer skip")]


# Inputs, outputs, ranks


def test_layers_of_core_ml_3_need_exact_shapes() -> None:
    specification, _ = _single("sin")
    specification.neuralNetwork.arrayInputShapeMapping = 0
    (problem,) = validate(specification).problems
    assert problem.rule == "network.array-mapping"
    assert '"only" (sin)' in problem.message


@pytest.mark.parametrize(("shape", "valid"), [([4], True), ([1, 4], False), ([3, 4, 5], True), ([1, 2, 3, 4], False)])
def test_legacy_networks_take_arrays_of_one_or_three_axes(shape: list[int], valid: bool) -> None:
    specification = models.model(1)
    models.array(specification.description.input, "x", shape)
    models.array(specification.description.output, "y")
    models.layer(specification.neuralNetwork, "relu", "activation", ["x"], ["y"]).ReLU.SetInParent()
    assert _broken(specification) == ([] if valid else [("network.input-rank", "input x")])


def test_networks_take_and_return_tensors() -> None:
    specification, _ = _single("sin")
    models.scalar(specification.description.input, "age", "int64Type")
    models.scalar(specification.description.output, "word", "stringType")
    found = _broken(specification)
    assert {("network.input-type", "input age"), ("network.output-type", "output word")} <= set(found)


def test_ranks_agree_with_each_other_and_the_interface() -> None:
    specification, network = _network()
    models.layer(network, "sin", "sin", ["x"], ["z"])
    network.layers[0].inputTensor.add(rank=1)
    network.layers[0].outputTensor.add(rank=1)
    models.layer(network, "cos", "cos", ["z"], ["y"])
    network.layers[1].inputTensor.add(rank=1)
    assert _broken(specification) == []
    network.layers[1].inputTensor[0].rank = 2
    network.layers[0].inputTensor[0].rank = 3
    assert _broken(specification) == [("network.ranks", "layer sin"), ("network.ranks", "layer cos")]


def test_layers_of_core_ml_1_have_limits_on_ranks() -> None:
    specification, _ = _single("softmax")
    assert _broken(specification) == [("layer.ranks", "layer only")]


def test_tensors_are_described_whole() -> None:
    specification, _ = _single("addBroadcastable", ["x", "x"])
    specification.neuralNetwork.layers[0].inputTensor.add(rank=1, dimValue=[2, 2])
    assert _broken(specification) == [("layer.tensors", "layer only")] * 2


# Weights


def test_weights_have_the_declared_count() -> None:
    specification, network = _network()
    models.inner_product(network, "dense", "x", "y", (4, 3))
    network.layers[0].innerProduct.weights.floatValue.pop()
    network.layers[0].innerProduct.bias.floatValue.append(1.0)
    (weights, bias) = validate(specification).problems
    assert (weights.rule, weights.where) == ("weights.count", "layer dense/weights")
    assert "12 numbers, 3 x 4; 11 are stored" in weights.message
    assert bias.where == "layer dense/bias"


_WEIGHTS: dict[str, tuple[Change, str]] = {
    "two encodings": (lambda weights: setattr(weights, "float16Value", bytes(24)), "weights.encoding"),
    "half a number": (
        lambda weights: (weights.ClearField("floatValue"), setattr(weights, "float16Value", bytes(25))),
        "weights.encoding",
    ),
    "none": (lambda weights: weights.ClearField("floatValue"), "weights.count"),
    "float16 beside a float32 bias": (
        lambda weights: (weights.ClearField("floatValue"), setattr(weights, "float16Value", bytes(24))),
        "weights.precision",
    ),
}


@pytest.mark.parametrize(("change", "rule"), _WEIGHTS.values(), ids=_WEIGHTS)
def test_encodings_of_weights(change: Change, rule: str) -> None:
    specification, network = _network()
    change(models.inner_product(network, "dense", "x", "y", (4, 3)).weights)
    assert rule in {found for found, _ in _broken(specification)}


def _quantized(bits: int, size: int, scales: int = 1, biases: int = 0, table: int = 0) -> Any:
    specification, network = _network()
    weights = models.inner_product(network, "dense", "x", "y", (4, 3), bias=False).weights
    weights.ClearField("floatValue")
    weights.rawValue = bytes(size)
    weights.quantization.numberOfBits = bits
    if table:
        weights.quantization.lookupTableQuantization.floatValue.extend([0.0] * table)
    else:
        weights.quantization.linearQuantization.scale.extend([1.0] * scales)
        weights.quantization.linearQuantization.bias.extend([0.0] * biases)
    return specification


@pytest.mark.parametrize("specification", [_quantized(8, 12), _quantized(4, 6, 3, 3), _quantized(3, 5, table=8)])
def test_quantized_weights(specification: Any) -> None:
    assert _broken(specification) == []


@pytest.mark.parametrize(
    "specification",
    [
        _quantized(9, 12), _quantized(0, 12), _quantized(8, 11), _quantized(8, 12, scales=2),
        _quantized(8, 12, scales=3, biases=1), _quantized(2, 3, table=5),
    ],
)  # fmt: skip
def test_quantized_weights_that_cannot_be_read(specification: Any) -> None:
    assert _broken(specification) == [("weights.quantization", "layer dense/weights")]


def test_int8_arithmetic_needs_one_scale() -> None:
    specification, network = _network()
    specification.specificationVersion = 5
    content = models.inner_product(network, "dense", "x", "y", (4, 3), bias=False)
    content.int8DynamicQuantize = True
    assert _broken(specification) == [("weights.int8", "layer dense/weights")]
    content.weights.ClearField("floatValue")
    content.weights.int8RawValue = bytes(12)
    content.weights.quantization.numberOfBits = 8
    content.weights.quantization.linearQuantization.scale.append(0.1)
    assert _broken(specification) == []


# Layers that coremltools' builder writes are valid, whatever their weights


def _builder(shape: tuple[int, ...], exact: bool = True) -> Any:
    return NeuralNetworkBuilder([("x", datatypes.Array(*shape))], [("y", None)], disable_rank5_shape_mapping=exact)


def _lstm(builder: Any) -> None:
    recurrent, inputs = [np.zeros((3, 3))] * 4, [np.zeros((3, 4))] * 4
    bias, peephole = [np.zeros(3)] * 4, [np.zeros(3)] * 3
    builder.add_bidirlstm(
        "lstm", recurrent, inputs, bias, recurrent, inputs, bias, 3, 4, ["x", "h", "c", "hb", "cb"],
        ["y", "h1", "c1", "hb1", "cb1"], peep=peephole, peep_back=peephole,
    )  # fmt: skip
    for name in ("h", "c", "hb", "cb"):
        models.array(builder.spec.description.input, name, [3])


def _gru(builder: Any) -> None:
    matrices = [np.zeros((3, 3))] * 3
    builder.add_gru("gru", matrices, [np.zeros((3, 4))] * 3, [np.zeros(3)] * 3, 3, 4, ["x", "h"], ["y", "h1"])
    models.array(builder.spec.description.input, "h", [3])


def _convolutions(builder: Any) -> None:
    options = {"stride_height": 1, "stride_width": 1, "border_mode": "same", "has_bias": True}
    builder.add_convolution(
        "grouped",
        2,
        4,
        3,
        3,
        groups=2,
        W=np.zeros((3, 3, 2, 4)),
        b=np.zeros(4),
        input_name="x",
        output_name="z",
        **options,
    )
    builder.add_convolution(
        "up", 4, 6, 2, 2, groups=2, W=np.zeros((2, 2, 4, 3)), b=np.zeros(6), is_deconv=True, input_name="z",
        output_name="y", **options,
    )  # fmt: skip


_WRITTEN: dict[str, tuple[tuple[int, ...], bool, Callable[[Any], Any]]] = {
    "bidirectional LSTM": ((4,), False, _lstm),
    "GRU": ((4,), False, _gru),
    "convolutions": ((4, 8, 8), False, _convolutions),
    "batchnorm": (
        (4, 8, 8), False,
        lambda b: b.add_batchnorm(
            "n", 4, np.ones(4), np.zeros(4), np.zeros(4), np.ones(4), input_name="x", output_name="y"
        ),
    ),
    "embedding": ((1,), False, lambda b: b.add_embedding("e", np.zeros((7, 3)), None, 7, 3, False, "x", "y")),
    "scale": (
        (4, 8, 8), False, lambda b: b.add_scale("s", np.ones((4, 1, 1)), np.ones(1), True, "x", "y", [4, 1, 1], [1])
    ),
    "constant": ((2, 3), True, lambda b: b.add_load_constant_nd("c", "y", np.zeros((2, 3)), [2, 3])),
    "convolution of volumes": (
        (1, 2, 4, 4, 4), True,
        lambda b: b.add_convolution3d(
            "v", 2, 3, 2, 2, 2, np.zeros((3, 2, 2, 2, 2)), np.zeros(3), True, input_name="x", output_name="y"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "exact", "add"), _WRITTEN.values(), ids=_WRITTEN)
def test_what_coremltools_writes_is_valid(shape: tuple[int, ...], exact: bool, add: Callable[[Any], Any]) -> None:
    builder = _builder(shape, exact)
    add(builder)
    assert [str(problem) for problem in validate(builder.spec).problems] == []


# Parameters

_PARAMETERS: dict[str, tuple[str, int, int, Change]] = {
    "activation of nothing": ("activation", 1, 1, lambda c: None),
    "convolution without padding": ("convolution", 2, 1, lambda c: None),
    "pooling without padding": ("pooling", 1, 1, lambda c: None),
    "padding of no kind": ("padding", 1, 1, lambda c: None),
    "crop without amounts": ("crop", 1, 1, lambda c: None),
    "one scaling factor": ("upsample", 1, 1, lambda c: c.scalingFactor.append(2)),
    "one target size": ("resizeBilinear", 1, 1, lambda c: c.targetSize.append(2)),
    "blocks of one": ("reorganizeData", 1, 1, lambda c: setattr(c, "blockSize", 1)),
    "negative k": ("lrn", 1, 1, lambda c: setattr(c, "k", -1)),
    "kernel of 0": ("pooling3d", 1, 1, lambda c: None),
    "no axes": ("transpose", 1, 1, lambda c: None),
    "an axis twice": ("transpose", 1, 1, lambda c: c.axes.extend([0, 0])),
    "no new axes": ("expandDims", 1, 1, lambda c: None),
    "nothing squeezed": ("squeeze", 1, 1, lambda c: None),
    "reshape to two axes": ("reshape", 1, 1, lambda c: c.targetShape.extend([2, 2])),
    "permute of two axes": ("permute", 1, 1, lambda c: c.axis.extend([1, 0])),
    "reshape to nothing": ("reshapeStatic", 1, 1, lambda c: None),
    "fill nothing": ("fillStatic", 0, 1, lambda c: None),
    "stride of 0": ("slice", 1, 1, lambda c: None),
    "end before start": (
        "slice", 1, 1, lambda c: (setattr(c, "stride", 1), setattr(c, "startIndex", 3), setattr(c, "endIndex", 2)),
    ),
    "no beginning": ("sliceStatic", 1, 1, lambda c: None),
    "three parts, two outputs": ("splitND", 1, 2, lambda c: setattr(c, "numSplits", 3)),
    "odd amounts": ("constantPad", 1, 1, lambda c: c.padAmounts.append(1)),
    "negative axis": ("argSort", 1, 1, lambda c: setattr(c, "axis", -1)),
    "clip upside down": ("clip", 1, 1, lambda c: (setattr(c, "minVal", 2), setattr(c, "maxVal", 1))),
    "unlikely": ("randomBernoulliLike", 1, 1, lambda c: setattr(c, "prob", 2)),
    "random nothing": ("randomNormalStatic", 0, 1, lambda c: None),
    "custom of no class": ("custom", 1, 1, lambda c: None),
    "normalized nothing": ("layerNormalization", 1, 1, lambda c: None),
    "recurrent without activation": ("simpleRecurrent", 2, 2, lambda c: None),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "inputs", "outputs", "change"), _PARAMETERS.values(), ids=_PARAMETERS)
def test_parameters_of_layers(kind: str, inputs: int, outputs: int, change: Change) -> None:
    specification, content = _single(kind, ["x"] * inputs, ["y", "z"][:outputs])
    change(content)
    assert ("layer.parameters", "layer only") in _broken(specification)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("softmaxND", {"axis": 1}),
        ("concatND", {"axis": -2}),
        ("reduceSum", {"axes": [3]}),
        ("stack", {"axis": 2}),
        ("squeeze", {"axes": [1]}),
        ("expandDims", {"axes": [2]}),
    ],
)
def test_axes_exist(kind: str, fields: dict[str, Any]) -> None:
    inputs = ["x", "x"] if kind in ("concatND", "stack") else ["x"]
    specification, content = _single(kind, inputs)
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(content, name).extend(value)
        else:
            setattr(content, name, value)
    layer = specification.neuralNetwork.layers[0]
    for _ in inputs:
        layer.inputTensor.add(rank=1)
    layer.outputTensor.add(rank=2 if kind == "expandDims" else 0 if kind == "squeeze" else 1)
    assert ("layer.parameters", "layer only") in _broken(specification)


def test_classifiers_read_their_probabilities_from_a_layer() -> None:
    specification = models.classifier_head()
    specification.neuralNetworkClassifier.labelProbabilityLayerName = "nobody"
    assert _broken(specification) == [("network.probability-layer", "model")]


def test_preprocessing_is_of_an_image() -> None:
    specification, _ = _single("sin")
    specification.neuralNetwork.preprocessing.add(featureName="x").scaler.channelScale = 1.0
    specification.neuralNetwork.preprocessing.add()
    assert _broken(specification) == [
        ("network.preprocessing", "preprocessing x"),
        ("network.preprocessing", "preprocessing "),
    ]
