"""Models that keep something between predictions, and models of several functions."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from lowering_support import TARGETS

from bertkit.coreml import Configuration, Model
from bertkit.errors import InputError, UnsupportedError

_TORCH = Configuration(engine="torch")


def _function(add: float, bound: float) -> Any:
    """A sum that is kept, `total`, and starts anew where it was over a bound before; and how often it was read."""
    inputs = {
        "x": mb.placeholder((3,), types.fp16),
        "total": mb.state_tensor_placeholder((3,), types.fp16),
        "count": mb.state_tensor_placeholder((1,), types.fp16),
    }
    with Function(inputs, opset_version=TARGETS["iOS18"]) as function:
        x, total, count = function.inputs.values()
        before = mb.read_state(input=total)
        over = mb.greater(x=mb.reduce_max(x=before, axes=[0], keep_dims=False), y=np.float16(bound))
        kept = mb.coreml_update_state(state=total, value=mb.add(x=before, y=mb.add(x=x, y=np.float16(add))))
        cleared = mb.coreml_update_state(state=total, value=mb.select(cond=over, a=np.zeros(3, np.float16), b=kept))
        mb.coreml_update_state(state=count, value=mb.add(x=mb.read_state(input=count), y=np.float16(1)))
        function.set_outputs([mb.identity(x=cleared, name="sum")])
    return function


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("states")
    for name, add in (("plain", 0.0), ("more", 10.0)):
        program = Program()
        program.add_function("main", _function(add, 20.0))
        model = ct.convert(
            program,
            minimum_deployment_target=TARGETS["iOS18"],
            pass_pipeline=ct.PassPipeline.EMPTY,
            skip_model_load=True,
        )
        model.save(str(folder / f"{name}.mlpackage"))
    both = ct.utils.MultiFunctionDescriptor()
    both.add_function(str(folder / "plain.mlpackage"), "main", "plain")
    both.add_function(str(folder / "more.mlpackage"), "main", "more")
    both.default_function_name = "plain"
    ct.utils.save_multifunction(both, str(folder / "both.mlpackage"))
    return folder


def _reference(rows: list[np.ndarray], add: float) -> tuple[list[np.ndarray], np.ndarray]:
    total, results = np.zeros(3, np.float16), []
    for row in rows:
        over = total.max() > 20
        total = (total + (row + np.float16(add))).astype(np.float16)
        if over:
            total = np.zeros(3, np.float16)
        results.append(total)
    return results, total


@pytest.mark.parametrize(("function", "add"), [("plain", 0.0), ("more", 10.0), (None, 0.0)])
def test_each_function_goes_on_from_its_own_state(path: Path, function: str | None, add: float) -> None:
    model = Model.load(path / "both.mlpackage", Configuration(engine="torch", function_name=function))
    rows = [np.array([value, 2, -1], np.float16) for value in (4.5, 9, 8, 1.5, 30, 2, 7)]
    state = model.new_state()
    expected, total = _reference(rows, add)
    for row, wanted in zip(rows, expected, strict=True):
        np.testing.assert_array_equal(model.predict({"x": row}, state=state)["sum"], wanted)
    np.testing.assert_array_equal(state.read_state("total"), total)
    assert state.read_state("total").dtype == np.float16
    np.testing.assert_array_equal(state.read_state("count"), [len(rows)])
    again = model.predict_batch([{"x": row} for row in rows], state=model.new_state())
    np.testing.assert_array_equal([row["sum"] for row in again], expected)


def test_functions_and_states_are_described(path: Path) -> None:
    description = Model.load(path / "both.mlpackage").description
    assert [function.name for function in description.functions] == ["plain", "more"]
    assert [str(state) for state in description.states] == [
        "total: state float16 [3]",
        "count: state float16 [1]",
    ]
    assert [feature.name for feature in description.function("more").inputs] == ["x"]
    with pytest.raises(InputError, match=r'no function "other"\. It has: plain, more'):
        Model.load(path / "both.mlpackage", Configuration(function_name="other"))


def test_a_state_is_written_and_kept_apart(path: Path) -> None:
    model = Model.load(path / "plain.mlpackage", _TORCH)
    first, second = model.new_state(), model.new_state()
    first.write_state("total", [1, 2.0001, 3])
    model.predict({"x": [1, 1, 1]}, state=first)
    np.testing.assert_array_equal(first.read_state("total"), [2, 3, 4])
    np.testing.assert_array_equal(second.read_state("total"), [0, 0, 0])
    assert repr(second) == "State(total: float16 [3], count: float16 [1])"
    copy = second.read_state("total")
    copy += 1
    np.testing.assert_array_equal(second.read_state("total"), [0, 0, 0])


def test_a_trace_leaves_the_state_as_it_is(path: Path) -> None:
    model = Model.load(path / "plain.mlpackage", _TORCH)
    state = model.new_state()
    trace = model.trace({"x": [1, 2, 3]}, state=state)
    np.testing.assert_array_equal(trace["sum"], [1, 2, 3])
    np.testing.assert_array_equal(state.read_state("total"), [0, 0, 0])


def test_what_is_wrong_with_a_state_is_said(path: Path) -> None:
    model = Model.load(path / "plain.mlpackage", _TORCH)
    state = model.new_state()
    with pytest.raises(InputError, match=r"keeps total, count between predictions\. Pass state=model\.new_state"):
        model.predict({"x": [1, 2, 3]})
    with pytest.raises(InputError, match=r'keeps no state "sum"\. It keeps: total, count'):
        state.read_state("sum")
    with pytest.raises(InputError, match=r'"total" must be float16 of shape \[3\], got int64 of shape \[2\]'):
        state.write_state("total", [1, 2])


def test_auto_takes_torch_without_a_warning(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        model = Model.load(path / "plain.mlpackage", Configuration(engine="auto", cache=False))
        assert model.engine.name == "torch"
    assert not caplog.records
    with pytest.raises(UnsupportedError, match=r'keeps states, which only the torch engine runs\. Use engine="torch"'):
        Model.load(path / "plain.mlpackage", Configuration(engine="openvino")).predict(
            {"x": [1, 2, 3]}, state=model.new_state()
        )


def test_states_are_written_inside_branches_and_loops(tmp_path: Path) -> None:
    inputs = {"x": mb.placeholder((1,), types.fp16), "kept": mb.state_tensor_placeholder((1,), types.fp16)}
    with Function(inputs, opset_version=TARGETS["iOS18"]) as function:
        x, kept = function.inputs.values()
        is_positive = mb.squeeze(x=mb.greater(x=x, y=np.float16([0])), axes=[0])

        def grow() -> Any:
            def step(count: Any) -> Any:
                mb.coreml_update_state(state=kept, value=mb.add(x=mb.read_state(input=kept), y=x))
                return mb.add(x=count, y=np.int32(1))

            return mb.while_loop(_cond=lambda count: mb.less(x=count, y=np.int32(3)), _body=step, loop_vars=(zero,))

        zero = mb.const(val=np.int32(0), name="zero")
        mb.cond(pred=is_positive, _true_fn=grow, _false_fn=lambda: mb.add(x=zero, y=np.int32(0)), name="choose")
        function.set_outputs([mb.mul(x=mb.read_state(input=kept), y=np.float16(10), name="tenfold")])
    program = Program()
    program.add_function("main", function)
    model = ct.convert(
        program,
        minimum_deployment_target=TARGETS["iOS18"],
        pass_pipeline=ct.PassPipeline.EMPTY,
        skip_model_load=True,
    )
    model.save(str(tmp_path / "nested.mlpackage"))
    nested = Model.load(tmp_path / "nested.mlpackage", _TORCH)
    state = nested.new_state()
    assert [nested.predict({"x": [x]}, state=state)["tenfold"][0] for x in (2, -5, 1)] == [60, 60, 90]
    assert state.read_state("kept") == 9
