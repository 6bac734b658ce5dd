"""What holds for any model: names do not matter, and no file makes validation fail otherwise than by a report."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coreml_programs
import pytest
import validate_models as models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_mutations import change_a_field

from bertkit.coreml import proto
from bertkit.coreml.package import Package
from bertkit.coreml.validate import check, validate, why_not_updatable
from bertkit.errors import BertkitError, ModelError

_BUILDERS: tuple[Callable[[], Any], ...] = (
    models.span_head, models.exact_head, models.classifier_head, models.squared_error_head, models.whole_network,
    models.linked_pipeline, models.nested_pipeline, models.neighbors, models.drawing_pipeline,
    coreml_programs.token_scorer, coreml_programs.scaler_network,
)  # fmt: skip
_SERIALIZED = [build().SerializeToString(deterministic=True) for build in _BUILDERS]
_NETWORKS = (
    models.span_head,
    models.exact_head,
    models.squared_error_head,
    models.whole_network,
    models.frozen_network,
)

_names = st.text(min_size=1, max_size=8)


@given(build=st.sampled_from(_NETWORKS), data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_valid_network_stays_valid_under_other_names(build: Callable[[], Any], data: st.DataObject) -> None:
    specification = build()
    network, description = specification.neuralNetwork, specification.description
    blobs = {blob for layer in network.layers for blob in (*layer.input, *layer.output)}
    blobs |= {feature.name for feature in (*description.input, *description.output, *description.trainingInput)}
    layers = [layer.name for layer in network.layers] + [loss.name for loss in network.updateParams.lossLayers]
    new_blobs = _renamed(sorted(blobs), data)
    new_layers = _renamed(layers, data)
    for layer in network.layers:
        layer.name = new_layers[layer.name]
        layer.input[:] = [new_blobs[blob] for blob in layer.input]
        layer.output[:] = [new_blobs[blob] for blob in layer.output]
    for loss in network.updateParams.lossLayers:
        loss.name = new_layers[loss.name]
        kind = getattr(loss, loss.WhichOneof("LossLayerType"))
        kind.input, kind.target = new_blobs[kind.input], new_blobs[kind.target]
    for feature in (*description.input, *description.output, *description.trainingInput):
        feature.name = new_blobs[feature.name]
    assert [str(problem) for problem in validate(specification).problems] == []


def _renamed(names: list[str], data: st.DataObject) -> dict[str, str]:
    drawn = data.draw(st.lists(_names, min_size=len(names), max_size=len(names), unique=True))
    return dict(zip(names, drawn, strict=True))


@given(names=st.lists(_names, min_size=2, max_size=2, unique=True))
def test_problems_are_placed_by_the_names_of_models(names: list[str]) -> None:
    specification = models.linked_pipeline(names)
    assert validate(specification).valid
    specification.pipeline.models[1].neuralNetwork.updateParams.ClearField("epochs")
    assert [problem.where for problem in validate(specification).problems] == [f"pipeline/{names[1]}/epochs"]


@given(content=st.sampled_from(_SERIALIZED), data=st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_bytes_give_a_report_or_a_refusal(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position] = data.draw(st.integers(0, 255))
    _judge_bytes(bytes(damaged))


@given(builder=st.sampled_from(_BUILDERS), seed=st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_changed_fields_give_a_report(builder: Callable[[], Any], seed: int) -> None:
    _judge_changed(builder, seed)


@pytest.mark.slow
@pytest.mark.parametrize("builder", _BUILDERS)
def test_many_changed_fields_give_reports(builder: Callable[[], Any]) -> None:
    for seed in range(3_000):
        _judge_changed(builder, seed)


def _judge_changed(builder: Callable[[], Any], seed: int) -> None:
    rng = random.Random(seed)
    specification = builder()
    for _ in range(rng.randint(1, 5)):
        change_a_field(specification, rng)
    _judge(specification)


def _judge_bytes(content: bytes) -> None:
    try:
        specification = proto.model_pb2().Model.FromString(content)
    except proto.decode_error():
        return
    _judge(specification)


def _judge(specification: Any) -> None:
    """Ask all questions; whatever is answered must be consistent and in words."""
    report = validate(specification)
    plain = report.to_json()
    assert plain["valid"] == (plain["problems"] == [])
    assert all(problem.rule and problem.where and problem.message for problem in report.problems)
    try:
        check(specification)
    except ModelError:
        assert not report.valid
    else:
        assert report.valid
    try:
        asked = why_not_updatable(Package(Path("m.mlmodel"), Path("m.mlmodel"), specification))
    except BertkitError:
        return
    if not asked:
        assert specification.isUpdatable
