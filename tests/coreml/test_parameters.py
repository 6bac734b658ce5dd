"""Parameters are listed with the counts, shapes and storage that the file has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml import Package
from bertkit.coreml.parameters import parameters_of

_WEIGHT = np.random.default_rng(0).standard_normal((48, 32)).astype(np.float32)
_HALF = "head__logits_cast_fp16"  # coremltools renames an operation whose arithmetic it changes to float16


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that writes an ML Program of one linear layer, compressed as asked."""
    import coremltools as ct
    from coremltools.converters.mil import Builder as mb

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 32))], opset_version=ct.target.iOS18)
    def program(x):
        return mb.linear(x=x, weight=_WEIGHT, bias=np.ones(48, np.float32), name="head__logits")

    def write(name: str, compress=None, precision=ct.precision.FLOAT32) -> Package:
        model = ct.convert(program, compute_precision=precision, minimum_deployment_target=ct.target.iOS18)
        path = tmp_path_factory.mktemp(name) / "m.mlpackage"
        (model if compress is None else compress(model)).save(path)
        return Package.open(path)

    return write


def _weight(package: Package):
    return max(parameters_of(package), key=lambda parameter: parameter.count)


def test_program_constants_belong_to_the_layer_that_uses_them(linear) -> None:
    weight, bias = sorted(parameters_of(linear("plain")), key=lambda parameter: -parameter.count)
    assert (weight.layer, weight.shape, weight.storage, weight.bytes) == ("head__logits", (48, 32), "float32", 6144)
    assert (bias.layer, bias.count) == ("head__logits", 48)
    assert not weight.updatable


def test_half_precision_is_seen_through_casts(linear) -> None:
    import coremltools as ct

    weight = _weight(linear("half", precision=ct.precision.FLOAT16))
    assert (weight.layer, weight.storage, weight.bytes) == (_HALF, "float16", 3072)


@pytest.mark.parametrize(("bits", "storage", "values"), [(8, "int8", 1536), (4, "int4", 768)])
def test_quantized_weights_count_as_what_they_stand_for(linear, bits: int, storage: str, values: int) -> None:
    import coremltools.optimize as cto

    config = cto.coreml.OptimizationConfig(
        cto.coreml.OpLinearQuantizerConfig(mode="linear_symmetric", dtype=f"int{bits}", weight_threshold=1)
    )
    weight = _weight(linear(f"int{bits}", lambda model: cto.coreml.linear_quantize_weights(model, config)))
    assert (weight.layer, weight.shape, weight.storage) == (_HALF, (48, 32), storage)
    assert values < weight.bytes <= values + 48 * 4


def test_palettized_weights_name_their_bits(linear) -> None:
    import coremltools.optimize as cto

    config = cto.coreml.OptimizationConfig(cto.coreml.OpPalettizerConfig(mode="kmeans", nbits=6, weight_threshold=1))
    weight = _weight(linear("palettized", lambda model: cto.coreml.palettize_weights(model, config)))
    assert (weight.layer, weight.count, weight.storage) == (_HALF, 1536, "palettized 6-bit")
    assert 1152 < weight.bytes <= 1152 + 64 * 4


@pytest.fixture
def network(tmp_path: Path):
    """Return a NeuralNetwork builder and a function that writes what it holds."""
    from coremltools.models import MLModel, datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder

    builder = NeuralNetworkBuilder(
        [("x", datatypes.Array(32))], [("y", datatypes.Array(48))], disable_rank5_shape_mapping=True
    )

    def write() -> Package:
        MLModel(builder.spec).save(str(tmp_path / "m.mlmodel"))
        return Package.open(tmp_path / "m.mlmodel")

    return builder, write


def test_network_weights_have_the_shapes_their_layers_state(network) -> None:
    builder, write = network
    builder.add_inner_product("dense", _WEIGHT, np.ones(48), 32, 48, True, "x", "y")
    weight, bias = parameters_of(write())
    assert (weight.name, weight.layer, weight.shape) == ("dense.weights", "dense", (48, 32))
    assert (bias.name, bias.shape, bias.storage, bias.bytes) == ("dense.bias", (48,), "float32", 192)


def test_updatable_weights_are_marked(network) -> None:
    builder, write = network
    builder.add_inner_product("dense", _WEIGHT, None, 32, 48, False, "x", "y")
    layer = builder.spec.neuralNetwork.layers[0]
    layer.isUpdatable = layer.innerProduct.weights.isUpdatable = True
    assert [parameter.updatable for parameter in parameters_of(write())] == [True]


def test_weights_nested_in_a_layer_are_found(network) -> None:
    builder, write = network
    hidden, size = 4, 32
    recurrent, inputs = [np.zeros((hidden, hidden))] * 4, [np.zeros((hidden, size))] * 4
    names = ["x", "h", "c"], ["y", "h_out", "c_out"]
    builder.add_unilstm("lstm", recurrent, inputs, None, hidden, size, *names)
    counts = sorted(parameter.count for parameter in parameters_of(write()))
    assert counts == [hidden * hidden] * 4 + [hidden * size] * 4
