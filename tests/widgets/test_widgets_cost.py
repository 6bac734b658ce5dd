"""The content of a cost map, without Jupyter."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sample_models import write_network

from bertkit.coreml import Package
from bertkit.errors import InputError
from bertkit.insight import Subject
from bertkit.insight.workload import Workload
from bertkit.inspect.atlas import atlas_of
from bertkit.widgets.cost_map.panel import CostPanel
from bertkit.widgets.icicle import icicle
from bertkit.widgets.jobs import JobCancelled, Progress, Reporter
from bertkit.widgets.model_map.panel import ModelMapPanel


@pytest.fixture
def panel(small_subject: Subject) -> CostPanel:
    package = small_subject.model.package
    return CostPanel(atlas_of(package), Workload.of(package))


def test_bars_are_as_long_as_what_is_inside_them() -> None:
    bars = icicle([-1, 0, 1, 1, 0], [99, 99, 1, 2, 5])
    assert [(bar.start * 8, bar.length * 8, bar.depth) for bar in bars] == [
        (0, 8, 0), (0, 3, 1), (0, 1, 2), (1, 2, 2), (3, 5, 1),
    ]  # fmt: skip
    assert [bar.length for bar in icicle([-1, 0], [0, 0])] == [0, 0]


def test_nothing_is_measured_before_it_is_asked_for(panel: CostPanel) -> None:
    assert panel.view()["costs"] == []
    assert "Nothing is measured yet" in panel.static({})
    assert "Run .measure()" in panel.text({})


def test_measuring_reports_and_its_modules_hold_their_layers(panel: CostPanel) -> None:
    told: list[Progress] = []
    answer = panel.measure(lengths="", runs=2).work(Reporter(told.append, threading.Event()))
    assert (told[-1].done, told[-1].total) == (5, 5)
    (cost,) = answer.data
    assert cost["name"] == "24 tokens"
    nodes = panel.view()["nodes"]
    assert len(cost["times"]) == len(cost["bars"]) == len(nodes)
    shown = zip(nodes, cost["bars"], cost["times"], strict=True)
    by_path = {path: (bar, time) for (_, _, _, path, _, _), bar, time in shown}
    (start, length, depth), time = by_path["encoder/layer_1/attention"]
    (around, longer, less), _ = by_path["encoder/layer_1"]
    assert around <= start
    assert start + length <= around + longer + 1e-5
    assert (less, depth) == (2, 3)
    assert 0 < time[1] <= time[0] <= time[2]
    assert panel.costs[0].statement in panel.static({})
    assert "encoder" in panel.text({})


def test_measuring_can_be_cancelled_and_keeps_nothing(panel: CostPanel) -> None:
    cancelled = threading.Event()
    reports = []

    def cancel(progress: Progress) -> None:
        reports.append(progress)
        cancelled.set()

    with pytest.raises(JobCancelled):
        panel.measure(lengths="", runs=50).work(Reporter(cancel, cancelled))
    assert len(reports) == 1
    assert panel.costs == []


def test_a_second_measurement_replaces_the_first_of_its_length(panel: CostPanel) -> None:
    changes = []
    panel.on_change = lambda: changes.append(len(panel.costs))
    panel.run(runs=1)
    panel.run(runs=2)
    assert [cost.runs for cost in panel.costs] == [2]
    assert changes == [1, 1]


def test_a_model_map_shows_what_was_measured(panel: CostPanel) -> None:
    panel.run(runs=1)
    (measure,) = panel.measures()
    assert (measure.name, measure.unit) == ("time 24 tokens", "ms")
    shown = ModelMapPanel(panel.atlas, [measure]).view()["measures"][0]["values"]
    assert sum(value is not None for values in shown for value in values) == len(panel.costs[0].layers)


def test_lengths_outside_the_model_are_refused(small_subject: Subject, panel: CostPanel) -> None:
    package = small_subject.model.package
    with pytest.raises(InputError, match=r"rows of \[24\] tokens; got lengths=\[99\]"):
        CostPanel(atlas_of(package), Workload.of(package), [99])
    with pytest.raises(InputError, match="whole numbers separated by spaces, got 'many'"):
        panel.measure("many", 1)


def test_a_model_that_is_no_reader_is_measured_too(tmp_path: Path) -> None:
    package = Package.open(write_network(tmp_path / "network.mlmodel"))
    panel = CostPanel(atlas_of(package), Workload.of(package))
    panel.run(runs=1)
    assert panel.view()["lengths"] == []
    assert {path for _, _, _, path, _, layer in panel.view()["nodes"] if layer} >= {"dense1", "dense_softmax"}
    assert "dense1" in panel.text({})
