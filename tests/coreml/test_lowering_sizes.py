"""Shapes that depend on other shapes: computed as Python integers, and exported without being bound to one size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, get_new_symbol, types
from lowering_support import TARGETS, convert, run_values
from torch import Tensor

from bertkit.coreml.lowering import Lowered
from bertkit.coreml.lowering.mil import sizes

_FEATURES = 4


def _join_rows(x: Any) -> Any:
    """Rearrange [batch, sequence, 4] to [batch * sequence, 2, 2] by arithmetic on its shape."""
    sizes = mb.shape(x=x)
    batch = mb.gather(x=sizes, indices=[0], axis=0)
    sequence = mb.slice_by_index(x=sizes, begin=[1], end=[2])
    doubled = mb.mul(x=mb.mul(x=batch, y=sequence), y=np.array([2], np.int32))
    rows = mb.floor_div(x=doubled, y=np.array([2], np.int32))
    return mb.reshape(x=x, shape=mb.concat(values=[rows, np.array([2, 2], np.int32)], axis=0, name="joined"))


def _join_rows_in_torch(x: Tensor) -> Tensor:
    return x.reshape(-1, 2, 2)


def _causal_mask(x: Any) -> Any:
    """Add 1 to x [batch, sequence, 4] where the position in the sequence is at least the feature's."""
    length = mb.gather(x=mb.shape(x=x), indices=1, axis=0)
    rows = mb.expand_dims(x=mb.range_1d(start=0, end=length, step=1), axes=[1])
    ones = mb.fill(shape=mb.expand_dims(x=length, axes=[0]), value=np.float32(1))
    reached = mb.greater_equal(x=rows, y=np.arange(_FEATURES, dtype=np.int32))
    added = mb.mul(x=mb.cast(x=reached, dtype="fp32"), y=mb.expand_dims(x=ones, axes=[1]))
    return mb.add(x=x, y=added)


def _causal_mask_in_torch(x: Tensor) -> Tensor:
    return x + (torch.arange(x.shape[1])[:, None] >= torch.arange(_FEATURES)).float()


def _mean(x: Any) -> Any:
    """Divide the sum over the sequence by its length, which becomes a tensor here."""
    length = mb.cast(x=mb.slice_by_index(x=mb.shape(x=x), begin=[1], end=[2]), dtype="fp32")
    return mb.real_div(x=mb.reduce_sum(x=x, axes=[1]), y=length)


def _mean_in_torch(x: Tensor) -> Tensor:
    return x.mean(1)


_PROGRAMS = {
    "join rows": (_join_rows, _join_rows_in_torch),
    "causal mask": (_causal_mask, _causal_mask_in_torch),
    "mean": (_mean, _mean_in_torch),
}


@pytest.fixture(scope="module", params=[("mlprogram", "iOS15"), ("mlprogram", "iOS17"), ("neuralnetwork", "iOS14")])
def format_and_opset(request: pytest.FixtureRequest) -> tuple[str, str]:
    format_and_opset: tuple[str, str] = request.param
    return format_and_opset


def _lowered(emit: Any, folder: Path, model_format: str, opset: str) -> Lowered:
    shape = (get_new_symbol(), get_new_symbol(), _FEATURES)
    program = Program()
    with Function({"x": mb.placeholder(shape, types.fp32)}, opset_version=TARGETS[opset]) as function:
        function.set_outputs([emit(function.inputs["x"])])
    program.add_function("main", function)
    return convert(program, folder, opset, model_format)


@pytest.mark.parametrize("name", _PROGRAMS)
def test_it_follows_the_input(name: str, format_and_opset: tuple[str, str], tmp_path: Path) -> None:
    emit, reference = _PROGRAMS[name]
    lowered = _lowered(emit, tmp_path, *format_and_opset)
    batch, sequence = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("sequence", min=2, max=512)
    exported = torch.export.export(
        lowered.module, (torch.zeros(2, 6, _FEATURES),), dynamic_shapes=[{0: batch, 1: sequence}]
    )
    for size in [(1, 4), (5, 8)]:
        x = torch.randn(*size, _FEATURES, generator=torch.Generator().manual_seed(1))
        for module in (lowered.module, exported.module()):
            (found,) = module(x)
            torch.testing.assert_close(found, reference(x), rtol=1e-6, atol=1e-6)


def test_sizes_stay_numbers(tmp_path: Path) -> None:
    lowered = _lowered(_join_rows, tmp_path, "mlprogram", "iOS15")
    assert run_values(lowered, np.zeros((2, 6, _FEATURES), np.float32))["joined"].tolist() == [12, 2, 2]
    concat = next(node for node in lowered.module.graph.nodes if node.name == "joined")
    assert concat.target is sizes.concat
