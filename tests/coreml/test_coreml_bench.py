"""What is measured of a model is there for every engine and precision, and errors are real differences."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import bench as package
from bertkit.coreml import save_model
from bertkit.coreml.bench.bench import bench
from bertkit.coreml.bench.outputs import compare, read_outputs, write_outputs
from bertkit.coreml.bench.worker import measure
from bertkit.errors import InputError, ModelError


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = networks.build(Recipe((8, 1, 1), (("dense", 16, False), ("dense", 3, True)), loss="squared_error"))
    return save_model(tmp_path_factory.mktemp("network") / "m.mlmodel", built.specification)


def test_bench_measures_each_combination_in_its_own_process(network: Path) -> None:
    steps: list[tuple[int, int]] = []
    result = bench(
        network,
        engines=["torch"],
        precisions=["bfloat16"],
        threads=1,
        seconds=0,
        progress=lambda done, total: steps.append((done, total)),
    )
    exact, low = result.figures
    assert (exact.engine, exact.precision, exact.error) == ("torch", "float32", 0.0)
    assert (low.engine, low.precision) == ("torch", "bfloat16")
    assert 0 < low.error < 0.5
    assert 0 < low.relative_error < 0.1
    assert low.settings == "cpu, bfloat16, 1 threads"
    assert low.runs == 3
    assert low.p95_ms >= low.p50_ms > 0
    assert steps == [(1, 2), (2, 2)]
    assert json.loads(json.dumps(result.to_json()))["figures"][1]["precision"] == "bfloat16"
    assert len(str(result).splitlines()) == 4


def _task(network: Path, folder: Path, **changes: object) -> dict[str, object]:
    task = {"model": str(network), "engine": "torch", "precision": "float32", "threads": 1, "seconds": 5, "seed": 0}
    return {**task, "inputs": None, "folder": str(folder), **changes}


def test_the_worker_times_with_its_clock(network: Path, tmp_path: Path) -> None:
    ticks = itertools.count()
    figures = measure(_task(network, tmp_path), clock=lambda: float(next(ticks)))
    assert (figures.load_ms, figures.reload_ms, figures.first_ms, figures.p50_ms) == (1000, 1000, 1000, 1000)
    assert figures.runs == 3
    assert read_outputs(tmp_path)


def test_what_an_engine_cannot_do_is_told(network: Path, tmp_path: Path) -> None:
    figures = measure(_task(network, tmp_path, engine="apple", precision="float32"))
    assert "cannot be made to use float32" in figures.refused
    row = str(package.Bench("m", {}, (figures,))).splitlines()[-1]
    assert row.startswith("apple     float32    Core ML chooses the precision itself")


def test_bench_refuses_what_it_cannot_measure(network: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing: x"):
        bench(network, {"y": np.zeros(3)})
    with pytest.raises(InputError, match="seconds must be at least 0"):
        bench(network, seconds=-1)


def test_outputs_are_compared_as_numbers_and_labels(tmp_path: Path) -> None:
    write_outputs(tmp_path, {"a": np.array([1.0, 4.0]), "label": np.asarray("cat"), "p": {"b": 0.75, "a": 0.25}})
    reference = read_outputs(tmp_path)
    assert reference["p"].tolist() == [0.25, 0.75]
    other = {"a": np.array([1.0, 3.0]), "label": np.asarray("dog"), "p": np.array([0.25, 0.75])}
    difference = compare(other, reference)
    assert (difference.largest, difference.relative, difference.labels_differ) == (1.0, 0.25, True)
    broken = compare({**reference, "a": np.array([np.nan, 4.0])}, reference)
    assert broken.largest == np.inf
    assert compare({"a": np.array([np.nan])}, {"a": np.array([np.nan])}).largest == 0


def test_a_model_that_torch_refuses_has_nothing_to_compare_with(tmp_path: Path) -> None:
    import validate_models as models

    made = models.model()
    made.description.input.add(name="text").type.stringType.SetInParent()
    made.description.output.add(name="label").type.stringType.SetInParent()
    made.customModel.className = "Unknown"
    path = tmp_path / "m.mlmodel"
    path.write_bytes(made.SerializeToString())
    with pytest.raises(ModelError, match="cannot be run with torch, which the others are compared with"):
        bench(path, seconds=0)
