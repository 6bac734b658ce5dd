"""Branches, loops and lists of ML Programs, against the same thing written in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coremltools as ct
import numpy as np
import pytest
from coremltools.converters.mil import Builder as mb
from coremltools.converters.mil.mil import Function, Program, types
from lowering_support import TARGETS

from bertkit.coreml import Configuration, Model
from bertkit.errors import ModelError

_TORCH = Configuration(engine="torch")


def saved(function: Any, path: Path, opset: str = "iOS15") -> Model:
    """Write a program of one function without any optimization, and open it."""
    program = Program()
    program.add_function("main", function)
    model = ct.convert(
        program,
        minimum_deployment_target=TARGETS[opset],
        pass_pipeline=ct.PassPipeline.EMPTY,
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )
    model.save(str(path / "model.mlpackage"))
    return Model.load(path / "model.mlpackage", _TORCH)


def _collatz() -> Any:
    """How many steps n takes to 1, and the largest number on the way; a branch inside a loop."""
    with Function({"n": mb.placeholder((1,), types.fp32)}, opset_version=TARGETS["iOS15"]) as function:
        zero = mb.const(val=np.zeros(1, np.float32), name="zero")

        def goes_on(steps: Any, n: Any, top: Any) -> Any:
            return mb.squeeze(x=mb.greater(x=n, y=np.float32([1]), name="above_one"), axes=[0])

        def step(steps: Any, n: Any, top: Any) -> Any:
            half = mb.real_div(x=n, y=np.float32(2))
            is_even = mb.squeeze(x=mb.equal(x=half, y=mb.floor(x=half)), axes=[0])
            following = mb.cond(
                pred=is_even,
                _true_fn=lambda: mb.add(x=half, y=zero, name="halved"),
                _false_fn=lambda: mb.add(x=mb.mul(x=n, y=np.float32(3)), y=np.float32(1), name="tripled"),
                name="choose",
            )
            return mb.add(x=steps, y=np.float32(1), name="count"), following, mb.maximum(x=top, y=following)

        start = function.inputs["n"]
        results = mb.while_loop(_cond=goes_on, _body=step, loop_vars=(zero, start, mb.identity(x=start)), name="walk")
        names = ("steps", "last", "top")
        function.set_outputs([mb.identity(x=x, name=name) for x, name in zip(results, names, strict=True)])
    return function


def _collatz_in_python(n: int) -> tuple[int, int, int]:
    steps, top = 0, n
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps, top = steps + 1, max(top, n)
    return steps, n, top


@pytest.fixture(scope="module")
def collatz(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return saved(_collatz(), tmp_path_factory.mktemp("collatz"))


@pytest.mark.parametrize("n", [1, 2, 3, 7, 27])
def test_a_loop_runs_as_often_as_its_condition_says(collatz: Model, n: int) -> None:
    result = collatz.predict({"n": np.float32([n])})
    assert [float(result[name][0]) for name in ("steps", "last", "top")] == list(_collatz_in_python(n))


def test_a_trace_shows_the_last_pass_and_nothing_that_did_not_run(collatz: Model) -> None:
    trace = collatz.trace({"n": np.float32([3])})
    assert (trace["count"], trace["halved"], trace["tripled"]) == (7, 1, 16)
    assert not trace["above_one"]
    assert "tripled" not in collatz.trace({"n": np.float32([4])})
    assert collatz.trace({"n": np.float32([1])}).keys() >= {"above_one", "walk", "walk:1"}


def test_constants_of_blocks_are_shared(collatz: Model) -> None:
    buffers = dict(collatz.engine.lowered.module.named_buffers(remove_duplicate=False))  # type: ignore[attr-defined]
    zeros = {name: buffer.data_ptr() for name, buffer in buffers.items() if name.split(".")[-1] == "zero"}
    assert len(zeros) == 2
    assert len(set(zeros.values())) == 1


def _powers() -> Any:
    """Writes n, n², n³... into a list, and reads it in three ways; a list of fixed length beside it."""
    placeholders = {"n": mb.placeholder((2,), types.fp32), "length": mb.placeholder((1,), types.int32)}
    with Function(placeholders, opset_version=TARGETS["iOS15"]) as function:
        n, length = function.inputs.values()
        empty = mb.make_list(init_length=1, dynamic_length=True, elem_shape=(2,), dtype="fp32", name="powers")
        count = mb.squeeze(x=length, axes=[0])
        one = mb.const(val=np.ones(2, np.float32))

        def step(index: Any, power: Any, powers: Any) -> Any:
            following = mb.mul(x=power, y=n)
            return mb.add(x=index, y=1), following, mb.list_write(ls=powers, index=index, value=following)

        _, _, powers = mb.while_loop(
            _cond=lambda index, power, powers: mb.less(x=index, y=count),
            _body=step,
            loop_vars=(np.int32(0), one, empty),
        )
        fixed = mb.make_list(init_length=3, dynamic_length=False, elem_shape=(2,), dtype="fp32")
        stack = mb.concat(values=[mb.expand_dims(x=n, axes=[0])] * 2, axis=0)
        fixed = mb.list_scatter(ls=fixed, indices=np.array([2, 0], np.int32), value=stack)
        function.set_outputs(
            [
                mb.expand_dims(x=mb.list_length(ls=powers), axes=[0], name="written"),
                mb.list_read(ls=powers, index=1, name="second"),
                mb.list_gather(ls=powers, indices=np.array([2, 0], np.int32), name="picked"),
                mb.list_gather(ls=fixed, indices=np.array([0, 1, 2], np.int32), name="all"),
            ]
        )
    return function


def test_lists_are_written_and_read(tmp_path: Path) -> None:
    model = saved(_powers(), tmp_path)
    n = np.float32([2, 3])
    result = model.predict({"n": n, "length": np.int32([5])})
    assert result["written"] == 5
    np.testing.assert_array_equal(result["second"], n**2)
    np.testing.assert_array_equal(result["picked"], [n**3, n])
    np.testing.assert_array_equal(result["all"], [n, 0 * n, n])
    with pytest.raises(ModelError, match="A list of 2 elements was read at 2"):
        model.predict({"n": n, "length": np.int32([2])})


@pytest.mark.parametrize("labels", [["cat", "dog", "owl"], [7, 11, 13]])
def test_a_program_classifies(labels: list[Any], tmp_path: Path) -> None:
    program = Program()
    with Function({"x": mb.placeholder((1, 3), types.fp32)}, opset_version=TARGETS["iOS15"]) as function:
        function.set_outputs([mb.softmax(x=function.inputs["x"], axis=1, name="scores")])
    program.add_function("main", function)
    model = ct.convert(
        program,
        classifier_config=ct.ClassifierConfig(labels),
        minimum_deployment_target=TARGETS["iOS15"],
        compute_precision=ct.precision.FLOAT32,
        skip_model_load=True,
    )
    model.save(str(tmp_path / "model.mlpackage"))
    result = Model.load(tmp_path / "model.mlpackage", _TORCH).predict({"x": np.float32([[1, 3, 2]])})
    scores = np.exp([1, 3, 2]) / np.exp([1, 3, 2]).sum()
    assert result.keys() == {"classLabel", "classLabel_probs"}
    assert result["classLabel"] == labels[1]
    assert list(result["classLabel_probs"]) == labels
    np.testing.assert_allclose(list(result["classLabel_probs"].values()), scores, rtol=1e-6)
