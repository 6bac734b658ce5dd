"""The shape of a lowered model: names, order, shared constants, and what importing it costs."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder
from lowering_support import TARGETS, convert, run, run_values

from bertkit.coreml import save_model
from bertkit.coreml.lowering import LOWERING_VERSION, lower, mil, network
from bertkit.coreml.lowering.registry import OPS, Implementation, Registry
from bertkit.coreml.package import Package
from bertkit.errors import UnsupportedError


def test_the_version_is_known_without_torch() -> None:
    code = "import sys, bertkit.coreml.lowering as l; print(l.LOWERING_VERSION, 'torch' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == [str(LOWERING_VERSION), "False"]


def test_every_family_is_registered() -> None:
    code = "import sys, bertkit.coreml.lowering.specification; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    for package in (mil, network):
        names = {f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__)}
        assert names <= set(loaded)


def _tied(folder: Path) -> Any:
    """Two linears that share a weight, and outputs in another order than they are computed in."""
    program, weight = Program(), np.ones((40, 40), np.float32)
    with Function({"x": mb.placeholder((2, 40), types.fp32)}, opset_version=TARGETS["iOS15"]) as function:
        shared = mb.const(val=weight, name="tied")
        first = mb.linear(x=function.inputs["x"], weight=shared, name="encoder__first")
        second, third = mb.split(
            x=mb.linear(x=first, weight=shared, name="encoder__second"), num_splits=2, axis=1, name="halves"
        )
        function.set_outputs([mb.relu(x=third, name="late"), mb.relu(x=second, name="early"), first])
    program.add_function("main", function)
    return convert(program, folder, "iOS15")


def test_a_constant_that_the_file_stores_once_is_one_buffer(tmp_path: Path) -> None:
    lowered = _tied(tmp_path)
    assert [name for name, buffer in lowered.module.named_buffers() if buffer.numel() == 1600] == ["tied"]


def test_outputs_and_layers_come_in_their_own_order(tmp_path: Path) -> None:
    lowered = _tied(tmp_path)
    assert lowered.outputs == ("late", "early", "encoder__first")
    assert list(lowered.layers) == ["encoder__first", "encoder__second", "halves", "late", "early"]
    assert len(lowered.layers["halves"]) == 2
    late, early, first = run(lowered, np.arange(80, dtype=np.float32).reshape(2, 40))
    assert (late.shape, early.shape, first.shape) == ((2, 20), (2, 20), (2, 40))


def test_one_op_is_one_node_named_after_it(tmp_path: Path) -> None:
    calls = [node for node in _tied(tmp_path).module.graph.nodes if node.op == "call_function"]
    named = [node.name for node in calls if not node.name.startswith("halves_")]
    assert named == ["encoder__first", "encoder__second", "halves", "late", "early"]


def test_float16_is_computed_without_rounding(tmp_path: Path) -> None:
    program = Program()
    with Function({"x": mb.placeholder((3,), types.fp32)}, opset_version=TARGETS["iOS15"]) as function:
        half = mb.cast(x=function.inputs["x"], dtype="fp16", name="half")
        function.set_outputs([mb.cast(x=mb.mul(x=half, y=np.float16(0.1), name="scaled"), dtype="fp32")])
    program.add_function("main", function)
    x = np.array([1.0001, 2049.0, 70000.0], np.float32)
    values = run_values(convert(program, tmp_path, "iOS15"), x)
    np.testing.assert_array_equal(values["half"], x)
    np.testing.assert_array_equal(values["scaled"], x * np.float32(np.float16(0.1)))


def test_names_that_python_does_not_allow_are_kept(tmp_path: Path) -> None:
    features = [("x y", datatypes.Array(3)), ("x.y", datatypes.Array(3))]
    builder = NeuralNetworkBuilder(features, [("1/out", None)], disable_rank5_shape_mapping=True)
    builder.add_subtract_broadcastable("bert.encoder/0", ["x y", "x.y"], "a.b")
    builder.add_activation("relu", "RELU", "a.b", "1/out")
    lowered = lower(Package.open(save_model(tmp_path / "names.mlmodel", builder.spec)))
    assert (lowered.inputs, lowered.outputs) == (("x y", "x.y"), ("1/out",))
    assert list(lowered.layers) == ["bert.encoder/0", "relu"]
    assert set(lowered.values) == {"x y", "x.y", "a.b", "1/out"}
    found = run(lowered, np.array([-1, 0, 2], np.float32), np.array([0, 0, 0.5], np.float32))
    np.testing.assert_array_equal(found[0], [0, 0, 1.5])


def test_a_copy_may_take_the_name_of_an_earlier_blob(tmp_path: Path) -> None:
    builder = NeuralNetworkBuilder([("x", datatypes.Array(3))], [("y", None)], disable_rank5_shape_mapping=True)
    builder.add_activation("double", "LINEAR", "x", "a", params=[2.0, 0.0])
    builder.add_activation("negate", "LINEAR", "a", "b", params=[-1.0, 0.0])
    builder.add_copy("again", "b", "a")
    builder.add_copy("last", "a", "y")
    lowered = lower(Package.open(save_model(tmp_path / "copy.mlmodel", builder.spec)))
    np.testing.assert_array_equal(run(lowered, np.array([1, 2, 3], np.float32))[0], [-2, -4, -6])


def test_integers_reach_an_embedding_as_integers(tmp_path: Path) -> None:
    builder = NeuralNetworkBuilder([("ids", datatypes.Array(2))], [("y", None)], disable_rank5_shape_mapping=True)
    builder.add_expand_dims("column", "ids", "column", [-1])
    table = np.arange(6, dtype=np.float32).reshape(2, 3)
    builder.add_embedding_nd("embed", "column", "rows", 3, 2, table)
    builder.add_elementwise("plus", ["rows"], "y", "ADD", 0.5)
    builder.spec.description.input[0].type.multiArrayType.dataType = 0x20000 | 32
    lowered = lower(Package.open(save_model(tmp_path / "ids.mlmodel", builder.spec)))
    (found,) = run(lowered, np.array([2, 0], np.int32))
    np.testing.assert_array_equal(found, [[2.5, 5.5], [0.5, 3.5]])
    assert run_values(lowered, np.array([2, 0], np.int32))["column"].dtype == np.int32


@pytest.mark.parametrize(("shape", "fed"), [((3,), (3,)), ((3,), (4, 2, 3)), ((3, 2, 5), (3, 2, 5))])
def test_the_legacy_mapping_gives_arrays_five_axes(
    shape: tuple[int, ...], fed: tuple[int, ...], tmp_path: Path
) -> None:
    builder = NeuralNetworkBuilder([("x", datatypes.Array(*shape))], [("y", datatypes.Array(*shape))])
    builder.add_activation("double", "LINEAR", "x", "y", params=[2.0, 0.0])
    lowered = lower(Package.open(save_model(tmp_path / "legacy.mlmodel", builder.spec)))
    x = np.random.default_rng(1).normal(size=fed).astype(np.float32)
    np.testing.assert_array_equal(run(lowered, x)[0], 2 * x)
    assert run_values(lowered, x)["y"].ndim == 5


def test_the_newest_version_not_above_the_opset_is_found() -> None:
    registry = Registry("The op", "op")
    for since in ("iOS17", "iOS13"):
        registry.add(Implementation("gather", since, torch.relu))
    found = {opset: registry.get("gather", "here", opset).since for opset in ("iOS13", "iOS16", "iOS17", "iOS26")}
    assert found == {"iOS13": "iOS13", "iOS16": "iOS13", "iOS17": "iOS17", "iOS26": "iOS17"}
    with pytest.raises(UnsupportedError, match=r"Available: gather"):
        registry.get("scatter", "here", "iOS17")


def test_gather_wraps_negative_indices_only_before_ios17() -> None:
    before, after = OPS.get("gather", "here", "iOS16"), OPS.get("gather", "here", "iOS17")
    table, last = torch.arange(6.0).reshape(3, 2), torch.tensor([-1], dtype=torch.int32)
    assert before.function(x=table, indices=last).tolist() == [[4.0, 5.0]]
    with pytest.raises(IndexError):
        after.function(x=table, indices=last)
