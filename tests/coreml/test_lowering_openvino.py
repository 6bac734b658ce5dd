"""Ops on OpenVINO: what it converts it computes as torch does, and what it cannot convert it refuses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lowering_cases import CASES
from lowering_cases_space import SPACE_CASES
from lowering_cases_state import STATE_CASES
from lowering_support import Case, lower_directly

from bertkit.coreml.engines import openvino_convert
from bertkit.coreml.engines.openvino_runtime import NotConvertibleError, compile_converted, import_openvino
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.lowering.graph import Lowered
from bertkit.coreml.shapes import FixedShape

_SAMPLE = ("avg_pool", "non_maximum_suppression", "scatter_nd")
_ONE_OF_EACH = {case.op: case for case in [*SPACE_CASES, *STATE_CASES]}
_REFUSED = {"gru", "non_maximum_suppression"}
"""Suppression looks at values while it runs; OpenVINO's compiler does not take a gru of a single unit."""


def _on_openvino(lowered: Lowered, case: Case) -> list[np.ndarray]:
    arrays = case.arrays()
    features = [
        Feature(name, MultiArray(array.dtype, FixedShape(array.shape)))
        for name, array in zip(lowered.inputs, arrays, strict=True)
    ]
    model, places = openvino_convert.convert(lowered, features, exact=True)
    core = import_openvino().Core()
    properties = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = compile_converted(core, model, "CPU", properties)
    found = compiled(arrays)
    return [found[place] for place in places]


def _agrees(case: Case) -> None:
    expected = case.results()
    lowered = lower_directly(case, len(expected))
    with torch.no_grad():
        computed = [np.asarray(value) for value in lowered.module(*map(torch.from_numpy, case.arrays()))]
    for value, wanted in zip(computed, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=5e-6)
    try:
        found = _on_openvino(lowered, case)
    except NotConvertibleError:
        assert case.op in _REFUSED
        return
    for value, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", _SAMPLE)
def test_openvino_computes_the_same_or_refuses(name: str) -> None:
    _agrees(_ONE_OF_EACH[name])


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.op != "shape"], ids=str)
def test_openvino_computes_every_case_or_refuses(case: Case) -> None:
    _agrees(case)
