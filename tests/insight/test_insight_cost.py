from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from bertkit.errors import InputError
from bertkit.insight import Example, Subject, compare_costs, measure_cost, measure_layers
from bertkit.insight.cost import Cost, Timing
from bertkit.insight.graph import layers_of_nodes
from bertkit.insight.machine import Machine

Get = Callable[..., tuple[Subject, Example]]
MACHINE = Machine("processor", cores=2, threads=1, system="Linux", load=0.5)


def cost_of(milliseconds: list[list[float]], whole_ms: float = 10.0) -> Cost:
    layers = ("mask__add", "encoder__layer_0__attention__query", "encoder__layer_0__norm", "encoder__layer_1__norm")
    return Cost(
        {"input_ids": (1, 24)}, layers, np.array(milliseconds), Timing(whole_ms, whole_ms, whole_ms), 1, MACHINE
    )


def test_every_operation_is_counted_with_its_layer(example_of: Get) -> None:
    subject, example = example_of("bert")
    ticks = count()
    cost = measure_layers(subject.lowered, example.inputs, runs=2, warm_up=0, clock=lambda: next(ticks) / 1000)
    owners = layers_of_nodes(subject.lowered)
    graph = subject.lowered.module.graph
    wanted = Counter(owners[node.name] for node in graph.nodes if node.op == "call_function" and node.users)
    assert {layer: cost.layer(layer).median_ms for layer in cost.layers} == pytest.approx(wanted)
    assert cost.whole.median_ms == pytest.approx(1)


def test_modules_are_sums_of_their_layers_run_by_run() -> None:
    cost = cost_of([[1, 2, 3, 4], [1, 6, 3, 4], [1, 2, 9, 4]])
    assert cost.module("encoder__layer_0").median_ms == 9
    assert cost.module("encoder").median_ms == 13
    assert cost.module("").median_ms == cost.parts.median_ms == 14
    assert cost.modules == (
        "",
        "mask",
        "encoder",
        "encoder__layer_0",
        "encoder__layer_0__attention",
        "encoder__layer_1",
    )


def test_a_module_is_not_one_whose_name_begins_alike() -> None:
    layers = ("encoder__layer_1__norm", "encoder__layer_10__norm")
    cost = Cost({}, layers, np.array([[1.0, 5.0]]), Timing(6, 6, 6), 0, MACHINE)
    assert cost.module("encoder__layer_1").median_ms == 1


@pytest.mark.parametrize(("whole", "said"), [(14.0, "a gap of +0%."), (10.0, "a gap of +40%. That is more than 10%")])
def test_a_gap_between_the_parts_and_the_whole_is_stated(whole: float, said: str) -> None:
    cost = cost_of([[1, 6, 3, 4]], whole)
    assert cost.gap == pytest.approx(14 / whole - 1)
    assert said in cost.statement


def test_a_timing_is_the_middle_and_its_spread() -> None:
    assert Timing.of(np.arange(101.0)) == Timing(median_ms=50, low_ms=25, high_ms=75)
    assert str(Timing.of(np.array([2.0]))) == "2.00 ms (2.00-2.00)"


def test_measuring_layers_costs_at_most_five_times_a_plain_run(example_of: Get) -> None:
    subject, _ = example_of("bert")
    cost = measure_cost(subject, runs=10)
    assert cost.length == 40
    assert cost.milliseconds.sum(axis=1).min() < 5 * cost.whole.high_ms
    assert cost.runs == 10


def test_an_examples_own_row_can_be_measured(example_of: Get) -> None:
    subject, example = example_of("roberta")
    cost = measure_layers(subject.lowered, example.inputs, runs=1, warm_up=0)
    assert cost.length == len(example.row)
    assert cost.shapes.keys() == example.inputs.keys()


def test_lengths_are_compared_with_progress_over_all(example_of: Get) -> None:
    subject, _ = example_of("bert", "neuralnetwork")
    seen: list[tuple[int, int]] = []
    costs = compare_costs(subject, (24, 40), runs=2, progress=lambda done, total: seen.append((done, total)))
    assert [cost.length for cost in costs] == [24, 40]
    assert sorted(set(seen)) == [(done, 10) for done in range(11)]
    assert seen == sorted(seen)
    assert costs[0].layers == costs[1].layers


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": 23}, "takes rows of 24, 40 tokens; got length=23"),
        ({"runs": 0}, "runs must be at least 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: dict[str, int], message: str, example_of: Get) -> None:
    with pytest.raises(InputError, match=message):
        measure_cost(example_of("bert")[0], **options)


def test_fewer_than_no_runs_to_warm_up_are_refused(example_of: Get) -> None:
    subject, example = example_of("bert")
    with pytest.raises(InputError, match="warm_up at least 0, got 20 and -1"):
        measure_layers(subject.lowered, example.inputs, warm_up=-1)


@pytest.mark.parametrize("find", [Cost.layer, Cost.module])
def test_what_was_not_measured_is_named(find: Callable[[Cost, str], Timing]) -> None:
    with pytest.raises(InputError, match='"nothing" was measured among 4'):
        find(cost_of([[1, 2, 3, 4]]), "nothing")


def test_progress_can_end_the_work_within_a_run(example_of: Get) -> None:
    seen: list[tuple[int, int]] = []

    def cancel(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_cost(example_of("bert")[0], 24, progress=cancel)
    assert seen == [(0, 23)] * 5


def test_a_model_that_is_no_reader_can_be_measured() -> None:
    import torch

    from bertkit.coreml.lowering.graph import GraphBuilder

    builder = GraphBuilder()
    x = builder.add_input("x")
    double = builder.add_call(torch.add, {"input": x, "other": x}, "double")
    builder.name_layer("double", [double])
    cost = measure_layers(builder.finish({"y": double}), {"x": np.ones((2, 3), np.float32)}, runs=2)
    assert cost.layers == ("double",)
    assert cost.length is None
    assert str(cost).startswith("x 2 x 3: 2 runs after 3 to warm up")


def test_text_and_plain_values() -> None:
    cost = cost_of([[1, 6, 3, 4]])
    lines = str(cost).splitlines()
    assert lines[0] == "input_ids 1 x 24: 1 runs after 1 to warm up; processor, 1 of 2 cores, Linux"
    assert lines[1] == cost.statement
    assert lines[5].split()[:2] == ["encoder", "13.000"]
    assert lines[6].startswith("  layer_0")
    json = cost.to_json()
    assert json["modules"]["encoder"]["median_ms"] == 13
    assert json["machine"]["threads"] == 1


def test_a_busy_machine_is_called_so() -> None:
    assert "busy" not in str(MACHINE)
    busy = Machine("processor", cores=2, threads=1, system="Linux", load=5.25)
    assert str(busy).endswith("(busy: a load of 5.2 before)")
    assert Machine.here(threads=1).cores >= 1
