"""Every op that coremltools evaluates with numpy, on random arguments: the lowered op computes the same."""

from __future__ import annotations

import lowering_oracle_shapes  # noqa: F401 - adds its strategies
import numpy as np
import pytest
import torch
from coremltools.converters.mil.mil.operation import Operation
from coremltools.converters.mil.mil.ops.registry import SSAOpRegistry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lowering_oracle_ops import STRATEGIES
from lowering_support import Case, lower_directly

import bertkit.coreml.lowering.mil  # noqa: F401 - registers the ops
from bertkit.coreml.lowering.registry import OPS

_NO_TENSORS = {"_const_symbolic", "cond", "const", "list_length"}
_NOT_WRITTEN = {"reverse_sequence"}
"""coremltools declares its evaluation, which raises NotImplementedError."""


def _agrees(case: Case) -> None:
    results = case.results()
    lowered = lower_directly(case, len(results))
    with torch.no_grad():
        computed = lowered.module(*map(torch.from_numpy, case.arrays()))
    for found, expected in zip(map(np.asarray, computed), results, strict=True):
        assert found.shape == expected.shape
        assert found.dtype.kind == expected.dtype.kind.replace("u", "i")
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", sorted(STRATEGIES))
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_an_op_computes_what_coremltools_evaluates(name: str, data: st.DataObject) -> None:
    _agrees(data.draw(STRATEGIES[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STRATEGIES))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_an_op_computes_what_coremltools_evaluates_many_times(name: str, data: st.DataObject) -> None:
    _agrees(data.draw(STRATEGIES[name]))


def test_every_evaluation_of_coremltools_is_an_oracle() -> None:
    evaluated = {
        name
        for name, versions in SSAOpRegistry.core_ops.items()
        if any(version.value_inference is not Operation.value_inference for version in versions.values())
    }
    assert evaluated - STRATEGIES.keys() == _NO_TENSORS | _NOT_WRITTEN


def test_every_version_of_every_op_has_its_inputs() -> None:
    for name, versions in SSAOpRegistry.core_ops.items():
        for target, version in versions.items():
            implementation = OPS.find(name, target.name)
            unknown = set(version.input_spec.input_types) - set(implementation.parameters if implementation else ())
            assert implementation is None or not unknown, (name, target.name, unknown)
