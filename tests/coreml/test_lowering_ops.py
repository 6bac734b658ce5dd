"""Every op of ML Programs against coremltools' own numpy evaluation, or against torch where it has none."""

from __future__ import annotations

import numpy as np
import pytest
from lowering_cases import CASES
from lowering_support import Array, build, convert, fed, run_values

from bertkit.coreml.lowering.registry import OPS

_COMPUTED_AS = {"f": "float32", "i": "int32", "u": "int32", "b": "bool"}


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Array]]:
    """The outputs of every case, by its place in the table; one model per opset, as conversions are slow."""
    found: dict[int, list[Array]] = {}
    for opset in sorted({case.opset for case in CASES}):
        chosen = [index for index, case in enumerate(CASES) if case.opset == opset]
        cases = [CASES[index] for index in chosen]
        program, names = build(cases, opset)
        values = run_values(convert(program, tmp_path_factory.mktemp(opset), opset), *fed(cases))
        found |= {index: [values[name] for name in outputs] for index, outputs in zip(chosen, names, strict=True)}
    return found


@pytest.mark.parametrize("index", range(len(CASES)), ids=list(map(str, CASES)))
def test_an_op_computes_what_coremltools_says(index: int, computed: dict[int, list[Array]]) -> None:
    for found, expected in zip(computed[index], CASES[index].results(), strict=True):
        assert found.shape == expected.shape
        assert found.dtype == _COMPUTED_AS[expected.dtype.kind] or CASES[index].op == "shape"
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=5e-6)


def test_every_op_has_a_case() -> None:
    elsewhere = {"fill", "range_1d"}  # in test_lowering_sizes
    elsewhere |= {"conv_quantized", "dequantize", "random_bernoulli", "random_categorical"}  # in test_lowering_direct
    elsewhere |= {"random_normal", "random_uniform"}
    elsewhere |= {"list_gather", "list_length", "list_read", "list_scatter", "list_write", "make_list"}  # ..._blocks
    elsewhere |= {"read_state"}  # in test_coreml_states
    assert OPS.names() - {case.op for case in CASES} == elsewhere
