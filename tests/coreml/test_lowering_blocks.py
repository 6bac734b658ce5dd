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
