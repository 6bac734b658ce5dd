"""Branches and loops of NeuralNetworks, against the same thing written in Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import control_flow_networks as networks
import numpy as np
import pytest
from control_flow_networks import VARIABLES, add, linear, network, opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bertkit.coreml import Model, Package, register_custom_layer
from bertkit.coreml.lowering import lower
from bertkit.errors import ModelError, UnsupportedError

_NAMES = st.sampled_from(VARIABLES)
_SIMPLE = st.one_of(
    st.tuples(st.sampled_from(["maxBroadcastable", "minBroadcastable", "addBroadcastable"]), _NAMES, _NAMES, _NAMES),
    st.tuples(st.just("shift"), _NAMES, st.sampled_from([-2.0, -0.5, 0.0, 1.0, 3.0])),
)
_CONDITIONS = st.one_of(st.none(), st.tuples(_NAMES, st.sampled_from([-1.0, 0.0, 2.0])))


def _statements(in_loop: bool, depth: int) -> Any:
    kinds = [_SIMPLE, _SIMPLE]
    if in_loop:
        kinds.append(st.tuples(st.sampled_from(["loopBreak", "loopContinue"])))
    if depth > 0:
        inner = _statements(in_loop, depth - 1)
        body = _statements(True, depth - 1)
        kinds.append(st.tuples(st.just("branch"), _NAMES, inner, st.one_of(st.just([]), inner)))
        kinds.append(st.tuples(st.just("loop"), st.integers(1, 3), _CONDITIONS, body))
    return st.lists(st.one_of(kinds), min_size=1, max_size=4)


_NUMBERS = st.sampled_from([-3.0, -1.0, -1e-6, 0.0, 5e-7, 2e-6, 0.5, 2.0])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=_statements(False, 3), values=st.tuples(_NUMBERS, _NUMBERS, _NUMBERS))
def test_nested_programs_compute_what_python_does(program: Any, values: tuple[float, ...], tmp_path: Path) -> None:
    model = opened(networks.write(program), tmp_path)
    expected = dict(zip(VARIABLES, map(np.float32, values), strict=True))
    result = model.predict({f"in_{name}": [value] for name, value in expected.items()})
    networks.interpret(program, expected)
    assert {name: result[name][0] for name in VARIABLES} == expected


def _count(maximum: int, condition: bool, by_input: bool) -> Callable[[Any], None]:
    """Count up from a in steps of 1; while below b; at most c times, or `maximum` times."""

    def layers(content: Any) -> None:
        loop = add(content, "loop", ["c"] if by_input else [], [], name="count", maxLoopIterations=maximum)
        if condition:
            loop.conditionVar = "below"
            add(loop.conditionNetwork, "lessThan", ["a", "b"], ["below"])
        linear(loop.bodyNetwork, "a", "next", 1.0, 1.0)
        add(loop.bodyNetwork, "copy", ["next"], ["a"])

    return layers


@pytest.mark.parametrize(
    ("maximum", "condition", "by_input", "counted"),
    [
        (4, False, False, 4),  # for
        (4, False, True, 2),  # the input stands instead of the maximum
        (0, True, False, 7),  # while
        (3, True, False, 3),  # both
        (9, True, False, 7),
        (9, True, True, 2),
    ],
)
def test_a_loop_has_three_forms(maximum: int, condition: bool, by_input: bool, counted: int, tmp_path: Path) -> None:
    model = opened(network(_count(maximum, condition, by_input)), tmp_path)
    assert model.predict({"in_a": [0], "in_b": [7], "in_c": [2]})["a"] == counted


@pytest.mark.parametrize("maximum", [0, -3, 0.9])
def test_an_input_may_allow_no_pass(maximum: float, tmp_path: Path) -> None:
    model = opened(network(_count(5, True, True)), tmp_path)
    assert model.predict({"in_a": [0], "in_b": [7], "in_c": [maximum]})["a"] == 0


def test_what_a_body_computes_first_is_visible_after_a_loop_without_condition(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        loop = add(content, "loop", ["c"], [], name="count", maxLoopIterations=1)
        linear(loop.bodyNetwork, "a", "twice", 2.0, 0.0)
        linear(content, "twice", "result", 1.0, 0.5)

    model = opened(network(layers, outputs=("result",)), tmp_path)
    assert model.predict({"in_a": [3], "in_b": [0], "in_c": [1]})["result"] == 6.5
    with pytest.raises(
        ModelError, match=r'Nothing computed the blob "twice": no pass of the loop "count" came that far'
    ):
        model.predict({"in_a": [3], "in_b": [0], "in_c": [0]})


def test_what_both_sides_of_a_branch_compute_is_visible_after_it(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        branch = add(content, "branch", ["a"], [], name="choose")
        linear(branch.ifBranch, "b", "chosen", 1.0, 10.0)
        add(branch.elseBranch, "concatND", ["b", "c"], ["chosen"], axis=0)
        add(content, "reduceSum", ["chosen"], ["sum"], reduceAll=True, keepDims=False)

    model = opened(network(layers, outputs=("sum",)), tmp_path)
    assert model.predict({"in_a": [1], "in_b": [2], "in_c": [3]})["sum"] == 12
    assert model.predict({"in_a": [0], "in_b": [2], "in_c": [3]})["sum"] == 5


def test_a_trace_names_layers_by_what_is_around_them(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        loop = add(content, "loop", [], [], name="count", maxLoopIterations=3)
        branch = add(loop.bodyNetwork, "branch", ["a"], [], name="choose")
        add(branch.ifBranch, "addBroadcastable", ["a", "b"], ["sum"], name="plus")
        add(branch.ifBranch, "copy", ["sum"], ["a"], name="keep")
        add(branch.elseBranch, "copy", ["b"], ["a"], name="other")

    model = opened(network(layers), tmp_path)
    trace = model.trace({"in_a": [1], "in_b": [2], "in_c": [0]})
    assert trace["count/choose/plus"] == 7
    assert "count/choose/other" not in trace
    assert list(trace)[:3] == ["start_a", "start_b", "start_c"]


def _invisible(content: Any) -> None:
    branch = add(content, "branch", ["a"], [], name="choose")
    add(branch.ifBranch, "copy", ["b"], ["only_here"])
    add(content, "copy", ["only_here"], ["result"], name="use")


def _invisible_after_while(content: Any) -> None:
    _count(0, True, False)(content)
    add(content, "copy", ["next"], ["result"], name="use")


def _break_outside(content: Any) -> None:
    branch = add(content, "branch", ["a"], [], name="choose")
    add(branch.ifBranch, "loopBreak", [], [], name="leave")


def _no_condition_variable(content: Any) -> None:
    _count(0, True, False)(content)
    content.layers[-1].loop.conditionVar = "other"


def _two_conditions(content: Any) -> None:
    branch = add(content, "branch", ["a", "b"], [], name="choose")
    add(branch.ifBranch, "copy", ["b"], ["c"])


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (_invisible, r'The layer "use" refers to the blob "only_here", which nothing before it produces'),
        (_invisible_after_while, r'The layer "use" refers to the blob "next"'),
        (_break_outside, r'The layer "choose/leave" is a loopBreak outside of any loop'),
        (_no_condition_variable, r'loop "count" must produce its condition variable "other"; it produces below'),
        (_two_conditions, r'The branch "choose" takes one input, got 2'),
    ],
)
def test_what_breaks_the_scopes_is_refused(layers: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.mlmodel"
    path.write_bytes(network(layers).SerializeToString())
    with pytest.raises(ModelError, match=message):
        lower(Package.open(path))


def test_a_condition_is_a_single_number(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        branch = add(content, "branch", ["a"], [], name="choose")
        add(branch.ifBranch, "copy", ["b"], ["c"])

    model = opened(network(layers, sizes=(2,)), tmp_path)
    with pytest.raises(ModelError, match=r"wants a single number, got a tensor of shape \[2\]"):
        model.predict({f"in_{name}": [1, 2] for name in VARIABLES})


_INTERRUPTED = """
import signal, sys
from bertkit import Configuration, Model

model = Model.load(sys.argv[1], Configuration(engine="torch"))
model.engine  # made ready before the alarm is set
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    model.predict({f"in_{name}": [1] for name in sys.argv[2]})
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_endless_loop_can_be_interrupted(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        loop = add(content, "loop", [], [], name="forever")
        loop.conditionVar = "yes"
        linear(loop.conditionNetwork, "a", "yes", 0.0, 1.0)
        add(loop.bodyNetwork, "copy", ["b"], ["c"])

    path = opened(network(layers), tmp_path).package.path
    # In a process of its own: an interruption that comes a moment late would end the tests.
    command = [sys.executable, "-c", _INTERRUPTED, str(path), "".join(VARIABLES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_a_millionth_is_false_and_more_is_true(tmp_path: Path) -> None:
    def layers(content: Any) -> None:
        branch = add(content, "branch", ["a"], [], name="choose")
        linear(branch.ifBranch, "b", "d", 3.0, 0.0)
        linear(branch.elseBranch, "c", "d", 1.0, 0.0)

    model: Model = opened(network(layers, outputs=("d",)), tmp_path)
    assert model.predict({"in_a": [1e-6], "in_b": [2], "in_c": [5]})["d"] == 5
    assert model.predict({"in_a": [-1.1e-6], "in_b": [2], "in_c": [5]})["d"] == 6


@register_custom_layer("Weighted")
class _Weighted:
    """Adds a weighted sum of its inputs to a number; returns the sum and its sign."""

    def __init__(self, parameters: Any, weights: Any) -> None:
        self.shift, self.weights = parameters["shift"], weights

    def __call__(self, *inputs: Any) -> Any:
        total = sum(x * w for x, w in zip(inputs, self.weights, strict=True)) + self.shift
        return total, np.sign(total)


def _custom(class_name: str) -> Callable[[Any], None]:
    def layers(content: Any) -> None:
        loop = add(content, "loop", [], [], name="twice", maxLoopIterations=2)
        custom = add(loop.bodyNetwork, "custom", ["a", "b"], ["total", "sign"], name="weigh", className=class_name)
        custom.parameters["shift"].doubleValue = 0.5
        for weight in (2.0, 3.0):
            custom.weights.add().floatValue.append(weight)
        add(loop.bodyNetwork, "copy", ["total"], ["a"])
        add(loop.bodyNetwork, "copy", ["sign"], ["c"])

    return layers


def test_a_custom_layer_is_computed_by_the_registered_class(tmp_path: Path) -> None:
    model = opened(network(_custom("Weighted")), tmp_path)
    result = model.predict({"in_a": [1], "in_b": [-4], "in_c": [0]})
    assert (result["a"], result["c"]) == (2 * (2 - 12 + 0.5) - 12 + 0.5, -1)


def test_a_custom_layer_without_its_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "custom.mlmodel"
    path.write_bytes(network(_custom("Unknown")).SerializeToString())
    with pytest.raises(
        UnsupportedError, match=r'"twice/weigh" is a custom layer of the class "Unknown".* Registered: W'
    ):
        lower(Package.open(path))
