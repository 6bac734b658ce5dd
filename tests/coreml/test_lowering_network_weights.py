"""Every encoding of a NeuralNetwork's weights against coremltools' own quantization and its inverse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.models import MLModel, datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from coremltools.models.neural_network.quantization_utils import _dequantize_nn_spec, quantize_weights
from lowering_support import run

from bertkit.coreml import proto
from bertkit.coreml.lowering import lower
from bertkit.coreml.lowering.network.weights import read_weights
from bertkit.coreml.package import Package
from bertkit.errors import ModelError, UnsupportedError

_RNG = np.random.default_rng(41)


def _floats(*shape: int) -> Any:
    return _RNG.normal(size=shape).astype(np.float32)


def _network() -> Any:
    """One of each layer with a matrix of weights; the sizes are no multiples of eight."""
    features = [("ids", datatypes.Array(5, 1)), ("image", datatypes.Array(1, 3, 4, 5))]
    outputs = [("looked_up", None), ("product", None), ("matrix", None), ("map", None), ("spread", None), ("rnn", None)]
    builder = NeuralNetworkBuilder(features, outputs, disable_rank5_shape_mapping=True)
    builder.add_embedding_nd("embedding", "ids", "looked_up", 11, 7, _floats(7, 11))
    builder.add_inner_product("inner", _floats(6, 7), _floats(6), 7, 6, True, "looked_up", "product")
    matrix = {"W": _floats(7, 5), "weight_matrix_rows": 7, "weight_matrix_columns": 5}
    builder.add_batched_mat_mul("batched", ["looked_up"], "matrix", **matrix)
    kernel = _floats(3, 3, 3, 2)  # [height, width, in, out]
    builder.add_convolution(
        "map", 3, 2, 3, 3, 1, 1, "valid", 1, kernel, None, False, input_name="image", output_name="map"
    )
    spread = _floats(2, 3, 3, 4)  # [height, width, in, out]
    builder.add_convolution(
        "spread", 3, 4, 2, 3, 2, 1, "valid", 1, spread, None, False, True, input_name="image", output_name="spread"
    )
    sequence = {"input_names": ["steps"], "output_names": ["rnn"], "hidden_size": 3, "input_size": 7}
    builder.add_expand_dims("steps", "looked_up", "steps", [1, 3, 4])
    gates = {"W_x": [_floats(3, 7) for _ in range(4)], "W_h": [_floats(3, 3) for _ in range(4)]}
    builder.add_unilstm("rnn", b=[_floats(3) for _ in range(4)], **gates, **sequence)
    return builder.spec


def _computed(specification: Any, path: Path) -> list[Any]:
    path.write_bytes(specification.SerializeToString())
    ids, image = np.array([[3], [0], [10], [7], [1]], np.float32), np.ones((1, 3, 4, 5), np.float32)
    return run(lower(Package.open(path)), ids, image)


@pytest.mark.parametrize(
    ("bits", "mode"),
    [(8, "linear_symmetric"), *((bits, mode) for bits in (8, 7, 4, 3, 1) for mode in ("linear", "linear_lut"))],
)
def test_quantized_weights_expand_as_coremltools_says(bits: int, mode: str, tmp_path: Path) -> None:
    quantized = quantize_weights(MLModel(_network(), skip_model_load=True), bits, mode)
    specification = getattr(quantized, "_spec", quantized)
    found = _computed(specification, tmp_path / "quantized.mlmodel")
    _dequantize_nn_spec(specification.neuralNetwork)
    expected = _computed(specification, tmp_path / "plain.mlmodel")
    for array, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=1e-5)


def test_float16_weights_are_read(tmp_path: Path) -> None:
    network = _network()
    expected = _computed(network, tmp_path / "plain.mlmodel")
    halved = quantize_weights(MLModel(network, skip_model_load=True), 16)
    found = _computed(getattr(halved, "_spec", halved), tmp_path / "half.mlmodel")
    for array, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=2e-2, atol=2e-2)


def test_signed_bytes_are_scaled() -> None:
    weights = proto.neural_network_pb2().WeightParams(int8RawValue=np.array([-128, 0, 5, 127], np.int8).tobytes())
    weights.quantization.numberOfBits = 8
    weights.quantization.linearQuantization.scale.extend([0.5, 2.0])
    np.testing.assert_array_equal(read_weights(weights, (2, 2), "w"), [[-64, 0], [10, 254]])


def test_a_wrong_number_of_values_is_named() -> None:
    weights = proto.neural_network_pb2().WeightParams(floatValue=[1.0, 2.0, 3.0])
    with pytest.raises(ModelError, match=r"The weights of q must hold 4 values for shape \(2, 2\), got 3\."):
        read_weights(weights, (2, 2), "The weights of q")


def test_a_short_lookup_table_is_named() -> None:
    weights = proto.neural_network_pb2().WeightParams(rawValue=b"\x00")
    weights.quantization.numberOfBits = 2
    weights.quantization.lookupTableQuantization.floatValue.extend([1.0, 2.0])
    with pytest.raises(ModelError, match="lookup table of w must have 4 entries for 2 bits, got 2"):
        read_weights(weights, (4,), "w")


def test_raw_bytes_without_quantization_are_refused() -> None:
    weights = proto.neural_network_pb2().WeightParams(rawValue=b"\x00")
    with pytest.raises(UnsupportedError, match="raw bytes without quantization"):
        read_weights(weights, (1,), "w")


@pytest.mark.parametrize("layer", ["inner_product", "batched_mat_mul"])
def test_inputs_of_int8_layers_are_rounded_to_bytes(layer: str, tmp_path: Path) -> None:
    bytes_, scale = _RNG.integers(-127, 128, (4, 3)).astype(np.int8), np.array([0.05])  # [out, in]
    x = _floats(2, 3)
    builder = NeuralNetworkBuilder([("x", datatypes.Array(2, 3))], [("y", None)], disable_rank5_shape_mapping=True)
    quantized = {"int_8_dynamic_quantize": True, "is_quantized_weight": True, "nbits": 8, "quant_scale": scale}
    if layer == "inner_product":
        builder.add_inner_product("dense", bytes_.tobytes(), None, 3, 4, False, "x", "y", **quantized)
    else:
        sizes = {"weight_matrix_rows": 3, "weight_matrix_columns": 4, "W": bytes_.T.tobytes()}
        builder.add_batched_mat_mul("dense", ["x"], "y", **sizes, **quantized)
    (tmp_path / "int8.mlmodel").write_bytes(builder.spec.SerializeToString())
    (found,) = run(lower(Package.open(tmp_path / "int8.mlmodel")), x)
    step = np.abs(x).max() / 127
    rounded = np.round(x / step).astype(np.int8).astype(np.int32)
    sums = rounded @ bytes_.T.astype(np.int32)
    np.testing.assert_allclose(found, sums * step * scale, rtol=1e-4, atol=1e-4)
