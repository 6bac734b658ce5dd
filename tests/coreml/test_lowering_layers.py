"""Every NeuralNetwork layer, as coremltools' builder writes it, against numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_layer_case import LayerCase
from lowering_layers_arrange import ARRANGE_CASES
from lowering_layers_images import IMAGE_CASES
from lowering_layers_math import MATH_CASES
from lowering_layers_sequences import SEQUENCE_CASES
from lowering_support import run

from bertkit.coreml.lowering import lower
from bertkit.coreml.lowering.registry import LAYERS
from bertkit.coreml.package import Package

LAYER_CASES = [*MATH_CASES, *ARRANGE_CASES, *IMAGE_CASES, *SEQUENCE_CASES]


def _write(case: LayerCase, path: Path) -> Any:
    inputs = {f"input_{index}": array for index, array in enumerate(case.inputs)}
    outputs = [f"output_{index}" for index in range(len(case.expected))]
    features = [(name, datatypes.Array(*array.shape)) for name, array in inputs.items()]
    features += [] if inputs else [("unused", datatypes.Array(1))]
    results = [(name, None) for name in outputs]
    builder = NeuralNetworkBuilder(features, results, disable_rank5_shape_mapping=True)
    case.add(builder, list(inputs), outputs)
    path.write_bytes(builder.spec.SerializeToString())


@pytest.mark.parametrize("case", LAYER_CASES, ids=str)
def test_a_layer_computes_what_its_definition_says(case: LayerCase, tmp_path: Path) -> None:
    _write(case, tmp_path / "layer.mlmodel")
    lowered = lower(Package.open(tmp_path / "layer.mlmodel"))
    inputs = case.inputs if case.inputs else [np.zeros(1, np.float32)]
    for found, expected in zip(run(lowered, *inputs), case.expected, strict=True):
        assert found.shape == expected.shape
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    assert len(lowered.layers["layer"]) == len(case.expected)


def test_every_layer_has_a_case() -> None:
    in_test_lowering_sizes = {"getShape", "reshapeDynamic", "fillDynamic", "rangeDynamic"}
    without = LAYERS.names() - {case.layer for case in LAYER_CASES}
    in_test_lowering_random_layers = {name for name in without if name.startswith(("random", "categorical"))}
    assert without - in_test_lowering_random_layers == in_test_lowering_sizes
