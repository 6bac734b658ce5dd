"""Layers computed by OpenVINO: what it converts is right, and what it does not convert torch computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_layer_case import LayerCase, floats, write
from lowering_layers_arrange import ARRANGE_CASES
from lowering_layers_images import IMAGE_CASES
from lowering_layers_math import MATH_CASES
from lowering_layers_sequences import SEQUENCE_CASES

from bertkit.coreml import Configuration, Model

pytest.importorskip("openvino")

_CASES = [*MATH_CASES, *ARRANGE_CASES, *IMAGE_CASES, *SEQUENCE_CASES]
_FAST = Configuration(engine="auto", precision="float32", cache=False)
_FIRST = {layer: case for layer in ("convolution", "lrn") for case in _CASES if case.layer == layer}


def _check(case: LayerCase, folder: Path) -> str:
    """Compare, and return the engine that computed."""
    write(case, folder / "layer.mlmodel")
    model = Model.load(folder / "layer.mlmodel", _FAST)
    inputs = {f"input_{index}": array for index, array in enumerate(case.inputs)} or {"unused": np.zeros(1, np.float32)}
    found = model.predict(inputs)
    for index, expected in enumerate(case.expected):
        np.testing.assert_allclose(found[f"output_{index}"], expected, rtol=1e-4, atol=1e-4)
        assert found[f"output_{index}"].shape == expected.shape
    return model.engine.name


@pytest.mark.parametrize("case", _FIRST.values(), ids=str)
def test_openvino_computes_layers(case: LayerCase, tmp_path: Path) -> None:
    assert _check(case, tmp_path) == "openvino"


@pytest.mark.slow
@pytest.mark.parametrize("case", _CASES, ids=str)
def test_the_fastest_engine_that_takes_a_layer_computes_it(case: LayerCase, tmp_path: Path) -> None:
    _check(case, tmp_path)


def test_a_sequence_leads_the_input_of_any_engine(tmp_path: Path) -> None:
    builder = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("y", datatypes.Array(2))])
    matrix, recursion, bias = floats(2, 3), floats(2, 2), floats(2)
    builder.add_simple_rnn("rnn", recursion, matrix, bias, 2, 3, "TANH", ["x"], ["y"], output_all=True)
    (tmp_path / "rnn.mlmodel").write_bytes(builder.spec.SerializeToString())
    steps = floats(4, 1, 3)
    y, wanted = np.zeros((1, 2)), []
    for step in steps:
        y = np.tanh(step @ matrix.T + y @ recursion.T + bias)
        wanted.append(y)
    model = Model.load(tmp_path / "rnn.mlmodel", _FAST)
    np.testing.assert_allclose(model.predict({"x": steps})["y"], np.stack(wanted), atol=1e-5)
    np.testing.assert_allclose(model.predict({"x": steps[0, 0]})["y"], wanted[0][0], atol=1e-5)
