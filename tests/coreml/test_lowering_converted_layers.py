"""The same op cases, converted to a NeuralNetwork by coremltools: layers as they occur in the wild."""

from __future__ import annotations

import numpy as np
import pytest
from lowering_cases import CASES
from lowering_support import Array, build, convert, fed, run_values

_NOT_IN_NETWORKS = {"affine", "batch_to_space", "pixel_shuffle", "resample", "resize_bilinear", "space_to_batch"}
_CHOSEN = [case for case in CASES if case.opset == "iOS15" and case.op not in _NOT_IN_NETWORKS]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> list[list[Array]]:
    """The outputs of every case, computed by one network."""
    program, names = build(_CHOSEN, "iOS14")
    lowered = convert(program, tmp_path_factory.mktemp("network"), "iOS14", "neuralnetwork")
    values = run_values(lowered, *fed(_CHOSEN))
    return [[values[name] for name in outputs] for outputs in names]


@pytest.mark.parametrize("index", range(len(_CHOSEN)), ids=list(map(str, _CHOSEN)))
def test_converted_layers_compute_what_the_op_does(index: int, computed: list[list[Array]]) -> None:
    for found, expected in zip(computed[index], _CHOSEN[index].results(), strict=True):
        assert found.size == expected.size
        # A network knows neither scalars nor types other than float.
        np.testing.assert_allclose(found.reshape(expected.shape), expected.astype(np.float32), rtol=1e-5, atol=1e-5)
