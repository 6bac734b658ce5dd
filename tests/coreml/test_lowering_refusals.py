"""What cannot be lowered is refused with a message that names the place, what was found and what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_support import TARGETS, convert

from bertkit.coreml.lowering import Lowered, lower
from bertkit.coreml.package import Package
from bertkit.errors import BertkitError, InputError, ModelError, UnsupportedError


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The specification of a program of one op, `softmax` at `scores`."""
    program = Program()
    with Function({"x": mb.placeholder((2, 3), types.fp32)}, opset_version=TARGETS["iOS15"]) as function:
        function.set_outputs([mb.softmax(x=function.inputs["x"], axis=-1, name="scores")])
    program.add_function("main", function)
    folder = tmp_path_factory.mktemp("program")
    convert(program, folder, "iOS15")
    return Package.open(folder / "model.mlpackage").specification


def _opened(specification: Any) -> Package:
    """A package that was never on disk: saving would already refuse most of these."""
    return Package(Path("damaged"), Path("damaged"), specification)


def _block(specification: Any) -> Any:
    return specification.mlProgram.functions["main"].block_specializations["CoreML5"]


def _operation(specification: Any) -> Any:
    (operation,) = (operation for operation in _block(specification).operations if operation.type == "softmax")
    return operation


def _rename_op(specification: Any) -> None:
    _operation(specification).type = "soft_min"


def _newer_op(specification: Any) -> None:
    _operation(specification).type = "scaled_dot_product_attention"


def _unknown_input(specification: Any) -> None:
    _operation(specification).inputs["temperature"].CopyFrom(_operation(specification).inputs["axis"])


def _missing_input(specification: Any) -> None:
    del _operation(specification).inputs["x"]


def _computed_constant(specification: Any) -> None:
    operation = _operation(specification)
    operation.type = "gelu"
    operation.inputs["mode"].CopyFrom(operation.inputs["x"])
    del operation.inputs["axis"]


def _undefined_value(specification: Any) -> None:
    _operation(specification).inputs["x"].arguments[0].name = "nowhere"


def _nested_block(specification: Any) -> None:
    _operation(specification).blocks.add()


def _list_for_one(specification: Any) -> None:
    _operation(specification).inputs["x"].arguments.add(name="x")


def _tuple(specification: Any) -> None:
    specification.mlProgram.functions["main"].inputs[0].type.tupleType.SetInParent()


def _no_block(specification: Any) -> None:
    specification.mlProgram.functions["main"].opset = "CoreML6"


def _unknown_opset(specification: Any) -> None:
    function = specification.mlProgram.functions["main"]
    function.block_specializations["CoreML99"].CopyFrom(_block(specification))
    function.opset = "CoreML99"


_PROGRAMS: list[tuple[Callable[[Any], None], type[BertkitError], str]] = [
    (_rename_op, UnsupportedError, r'op "soft_min" \(iOS15\) at "scores" is not supported\. Available: abs, .*softmax'),
    (_rename_op, UnsupportedError, r'Convert the model without it, or register a function with @op\("soft_min"\)'),
    (_newer_op, UnsupportedError, r'"scaled_dot_product_attention" \(iOS15\) at "scores" is not supported'),
    (
        _unknown_input,
        UnsupportedError,
        r'softmax "scores" uses temperature, .* Available: x, axis',
    ),
    (_missing_input, ModelError, r'softmax "scores" lacks the required x'),
    (
        _computed_constant,
        UnsupportedError,
        r'The input "mode" of gelu "scores" is computed from the model',
    ),
    (_undefined_value, ModelError, r'"scores_x" refers to the value "nowhere", which nothing before it produces'),
    (_nested_block, UnsupportedError, r'"softmax" at "scores" holds blocks; only cond and while_loop may'),
    (_list_for_one, ModelError, r'The input "x" of softmax "scores" must be one value, got a list of 2'),
    (_tuple, UnsupportedError, r'The input "x" of function "main" is no tensor and no state but tupleType'),
    (_no_block, ModelError, r'The function "main" has no block for its opset "CoreML6"'),
    (_unknown_opset, UnsupportedError, r'The opset "CoreML99" is not supported\. Available: CoreML5'),
]


@pytest.mark.parametrize(("damage", "kind", "message"), _PROGRAMS)
def test_a_program_is_refused(
    damage: Callable[[Any], None], kind: type[BertkitError], message: str, program: Any
) -> None:
    specification = type(program)()
    specification.CopyFrom(program)
    damage(specification)
    with pytest.raises(kind, match=message):
        lower(_opened(specification))


def test_a_function_that_is_not_there_is_named(program: Any) -> None:
    with pytest.raises(InputError, match=r'has no function "tail"\. Available: main'):
        lower(_opened(program), "tail")
    assert isinstance(lower(_opened(program), "main"), Lowered)


def _network() -> Any:
    builder = NeuralNetworkBuilder([("x", datatypes.Array(2, 3))], [("y", None)], disable_rank5_shape_mapping=True)
    builder.add_inner_product("dense", np.ones((4, 3)), np.ones(4), 3, 4, True, "x", "y")
    return builder.spec


def _dense(specification: Any) -> Any:
    return specification.neuralNetwork.layers[0]


def _no_layer(specification: Any) -> None:
    _dense(specification).ClearField("layer")


def _undefined_blob(specification: Any) -> None:
    _dense(specification).input[0] = "nowhere"


def _undefined_output(specification: Any) -> None:
    _dense(specification).output[0] = "z"


def _two_inputs(specification: Any) -> None:
    _dense(specification).input.append("x")


def _few_weights(specification: Any) -> None:
    del _dense(specification).innerProduct.weights.floatValue[-2:]


def _no_weights(specification: Any) -> None:
    _dense(specification).innerProduct.ClearField("weights")


def _dictionary(specification: Any) -> None:
    specification.description.input[0].type.dictionaryType.stringKeyType.SetInParent()


def _empty_constant(specification: Any) -> None:
    _dense(specification).loadConstantND.shape.append(2)


def _trees(specification: Any) -> None:
    specification.treeEnsembleClassifier.SetInParent()


_NETWORKS: list[tuple[Callable[[Any], None], type[BertkitError], str]] = [
    (
        _no_layer,
        ModelError,
        r'The layer "dense" is of no type',
    ),
    (_undefined_blob, ModelError, r'The layer "dense" refers to the blob "nowhere"'),
    (_undefined_output, ModelError, r'The network\'s output refers to the blob "y"'),
    (_two_inputs, UnsupportedError, r'"dense" \(innerProduct\) has 2 inputs; at most 1'),
    (_few_weights, ModelError, r'The weights of layer "dense" must hold 12 values for shape \(4, 3\), got 10'),
    (_no_weights, ModelError, r'innerProduct "dense" lacks the required weights'),
    (_dictionary, UnsupportedError, r'The input "x" has the type dictionary'),
    (_empty_constant, ModelError, r'The layer "dense" loads a constant but holds no data'),
    (_trees, UnsupportedError, r'model type "treeEnsembleClassifier".* is not supported\. Available: mlProgram'),
]


@pytest.mark.parametrize(("damage", "kind", "message"), _NETWORKS)
def test_a_network_is_refused(damage: Callable[[Any], None], kind: type[BertkitError], message: str) -> None:
    specification = _network()
    damage(specification)
    with pytest.raises(kind, match=message):
        lower(_opened(specification))
