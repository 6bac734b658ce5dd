from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bertkit.coreml import Package
from bertkit.errors import InputError, UnsupportedError
from bertkit.insight import Subject
from bertkit.insight.workload import Workload

Get = Callable[..., Subject]


def _network(path: Path, image: bool = False) -> Path:
    from coremltools.models import MLModel, datatypes
    from coremltools.models.neural_network import NeuralNetworkBuilder

    builder = NeuralNetworkBuilder([("x", datatypes.Array(4))], [("y", datatypes.Array(3))])
    builder.add_inner_product("dense", np.ones((3, 4)), None, 4, 3, False, "x", "a")
    builder.add_activation("relu", "RELU", "a", "y")
    if image:
        kind = builder.spec.description.input[0].type.imageType
        kind.width = kind.height = 2
        kind.colorSpace = kind.ColorSpace.Value("GRAYSCALE")
    MLModel(builder.spec).save(str(path)) if not image else path.write_bytes(builder.spec.SerializeToString())
    return path


def test_a_reader_is_measured_by_row_length(subject_of: Get) -> None:
    package = subject_of("bert").model.package
    workload = Workload.of(package)
    assert workload.lengths == (24, 40)
    assert [cost.length for cost in workload.measure(runs=1)] == [40]
    assert [cost.length for cost in workload.measure((24, 40), runs=1)] == [24, 40]


def test_any_other_model_is_measured_with_made_up_inputs(tmp_path: Path) -> None:
    workload = Workload.of(Package.open(_network(tmp_path / "a.mlmodel")))
    (cost,) = workload.measure(runs=2)
    assert cost.layers == ("dense", "relu")
    assert cost.shapes == {"x": (4,)}
    with pytest.raises(InputError, match=r"Only readers have row lengths; a\.mlmodel is none, got \[24\]"):
        workload.measure((24,))


def test_inputs_that_cannot_be_made_up_are_named(tmp_path: Path) -> None:
    workload = Workload.of(Package.open(_network(tmp_path / "a.mlmodel", image=True)))
    with pytest.raises(UnsupportedError, match="image"):
        workload.measure(runs=1)


def test_layers_together_are_summed_run_by_run(subject_of: Get) -> None:
    (cost,) = Workload.of(subject_of("bert").model.package).measure(runs=3)
    names = cost.layers[:3]
    together = cost.together(names)
    assert together is not None
    assert together.median_ms == pytest.approx(np.median(cost.milliseconds[:, :3].sum(axis=1)))
    assert cost.together(["nothing"]) is None
