"""Every NeuralNetwork layer, as coremltools' builder writes it, against numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lowering_layer_case import LayerCase, write
from lowering_layers_arrange import ARRANGE_CASES
from lowering_layers_images import IMAGE_CASES
from lowering_layers_math import MATH_CASES
from lowering_layers_sequences import SEQUENCE_CASES
from lowering_support import run

from bertkit.coreml import proto
from bertkit.coreml.lowering import lower
from bertkit.coreml.lowering.network.parameters import consumed_fields, snake_case
from bertkit.coreml.lowering.registry import LAYERS
from bertkit.coreml.package import Package

LAYER_CASES = [*MATH_CASES, *ARRANGE_CASES, *IMAGE_CASES, *SEQUENCE_CASES]


@pytest.mark.parametrize("case", LAYER_CASES, ids=str)
def test_a_layer_computes_what_its_definition_says(case: LayerCase, tmp_path: Path) -> None:
    write(case, tmp_path / "layer.mlmodel")
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


def test_every_layer_and_field_of_the_specification_is_taken() -> None:
    walked_by_themselves = {"custom", "branch", "loop", "loopBreak", "loopContinue"}
    layers = proto.neural_network_pb2().NeuralNetworkLayer.DESCRIPTOR.oneofs_by_name["layer"].fields
    assert {layer.name for layer in layers} - {
        name.partition(".")[0] for name in LAYERS.names()
    } == walked_by_themselves
    for layer in layers:
        implementation = LAYERS.find(layer.name)
        if implementation is not None:
            weights = {name.partition(".")[0] for name in implementation.weights}
            taken = implementation.parameters.keys() | weights | consumed_fields(implementation.weights)
            fields = {snake_case(field.name) for field in layer.message_type.fields}
            assert not fields - taken, layer.name
