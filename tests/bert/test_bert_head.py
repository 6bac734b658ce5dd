"""Encoder and head answer as the reader they were cut from, and what is written may be updated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bertkit.bert import Conversion
from bertkit.bert.head import (
    HeadedModel,
    HeadOptions,
    Role,
    SpanWeights,
    build_head,
    cut_encoder,
    join_head,
    read_span_weights,
    span_features,
    target_of,
    write_pipelines,
)
from bertkit.coreml import Configuration, Model, Package, save_model
from bertkit.coreml.update import UpdateTask
from bertkit.coreml.validate import why_not_updatable
from bertkit.errors import ModelError, UnsupportedError

TORCH = Configuration(engine="torch")


def _inputs(rows: int, length: int = 16) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    mask = np.ones((rows, length), np.int32)
    mask[:, -3:] = 0
    return {
        "input_ids": random.integers(5, 200, (rows, length), np.int32),
        "attention_mask": mask,
        "token_type_ids": np.zeros((rows, length), np.int32),
    }


@pytest.mark.parametrize(
    ("kind", "precision"), [("mlprogram", "float32"), ("mlprogram", "float16"), ("neuralnetwork", "float32")]
)
@pytest.mark.parametrize("units", [0, 8])
def test_encoder_and_head_score_as_the_reader(
    converted: Callable[..., Conversion], tmp_path: Path, kind: str, precision: str, units: int
) -> None:
    reader = Package.open(converted("bert", kind, precision=precision).path)
    encoder = cut_encoder(reader, tmp_path / f"encoder{reader.path.suffix}")
    head = save_model(tmp_path / "head.mlmodel", build_head(read_span_weights(reader), HeadOptions(units=units)))
    both = HeadedModel(Model.load(encoder, TORCH), Model.load(head, TORCH))
    expected, found = Model.load(reader, TORCH).predict(_inputs(1)), both.predict(_inputs(1))
    for name in ("start_logits", "end_logits"):
        np.testing.assert_allclose(found[name], expected[name], atol=2e-5)
    assert not why_not_updatable(Package.open(head))


@pytest.mark.parametrize(("kind", "precision"), [("mlprogram", "float16"), ("neuralnetwork", "float32")])
def test_a_learned_head_and_its_reader_are_one_file_again(
    converted: Callable[..., Conversion], tmp_path: Path, kind: str, precision: str
) -> None:
    reader = Package.open(converted("bert", kind, precision=precision).path)
    encoder = cut_encoder(reader, tmp_path / f"encoder{reader.path.suffix}")
    weights = read_span_weights(reader)
    learned = SpanWeights(weights.matrix[:, ::-1] * 2, weights.bias + 1)
    head = Package.open(save_model(tmp_path / "head.mlmodel", build_head(learned)))
    folder = reader.specification_path.parent / "weights" if reader.weight_paths() else None
    joined = save_model(tmp_path / f"one{reader.path.suffix}", join_head(reader, head).specification, folder)
    both = HeadedModel(Model.load(encoder, TORCH), Model.load(head, TORCH))
    expected, found = both.predict(_inputs(1)), Model.load(joined, TORCH).predict(_inputs(1))
    for name in ("start_logits", "end_logits"):
        np.testing.assert_allclose(found[name], expected[name], atol=2e-3 if precision == "float16" else 2e-5)


def test_a_head_that_does_not_fit_is_refused(tmp_path: Path, converted: Callable[..., Conversion]) -> None:
    reader = Package.open(converted("bert").path)
    weights = read_span_weights(reader)
    deeper = save_model(tmp_path / "deeper.mlmodel", build_head(weights, HeadOptions(units=4)))
    with pytest.raises(UnsupportedError, match="Answers and scores can"):
        join_head(reader, Package.open(deeper))
    wider = save_model(tmp_path / "wider.mlmodel", build_head(SpanWeights(np.ones((2, 9), np.float32), weights.bias)))
    with pytest.raises(ModelError, match="9 numbers a token"):
        join_head(reader, Package.open(wider))


def test_a_file_without_a_span_head_is_refused(tmp_path: Path, converted: Callable[..., Conversion]) -> None:
    reader = Package.open(converted("bert").path)
    encoder = Package.open(cut_encoder(reader, tmp_path / "encoder.mlpackage"))
    with pytest.raises(ModelError, match="span_head__logits"):
        cut_encoder(encoder, tmp_path / "again.mlpackage")


def test_training_equals_torch_on_the_mean_of_both_losses(tmp_path: Path, converted: Callable[..., Conversion]) -> None:
    import torch

    weights = read_span_weights(Package.open(converted("bert").path))
    head = save_model(tmp_path / "head.mlmodel", build_head(weights))
    random = np.random.default_rng(1)
    hidden = random.normal(size=(3, 10, weights.hidden_size)).astype(np.float32)
    allowed = np.arange(10) < 8
    targets = random.integers(0, 8, (3, 2))
    examples = [
        {"features": span_features(row, role, allowed), "position": [target_of(role, int(pair[role.value]), 10)]}
        for row, pair in zip(hidden, targets, strict=True)
        for role in Role
    ]
    task = UpdateTask(head, examples, Configuration(parameters={"epochs": 5, "learningRate": 0.05}))
    task.resume()
    learned = task.result(60).parameters.arrays

    matrix, bias = (torch.tensor(value, requires_grad=True) for value in (weights.matrix, weights.bias))
    optimizer = torch.optim.Adam([matrix, bias], lr=0.05)
    for _ in range(5):
        scores = (torch.tensor(hidden) @ matrix.T + bias)[:, :8]
        loss = (
            sum(torch.nn.functional.cross_entropy(scores[..., end], torch.tensor(targets[:, end])) for end in (0, 1))
            / 2
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = {key.name: value for key, value in learned.items()}
    np.testing.assert_allclose(found["weights"].reshape(2, -1)[:, :-2], matrix.detach(), atol=1e-5)
    masks = found["weights"].reshape(2, -1)[:, -2:]
    np.testing.assert_array_equal(np.diag(masks), 1e4)
    assert np.abs(masks - np.diag(np.diag(masks))).max() < 1


def test_pipelines_share_the_encoder_and_learn(tmp_path: Path, converted: Callable[..., Conversion]) -> None:
    reader = Package.open(converted("bert").path)
    encoder = cut_encoder(reader, tmp_path / "encoder.mlpackage")
    inputs = _inputs(1)
    expected = Model.load(reader, TORCH).predict(inputs)
    for path, name in zip(write_pipelines(reader, encoder, tmp_path, length=16), ("start", "end"), strict=True):
        assert not why_not_updatable(Package.open(path))
        logits = expected[f"{name}_logits"][0, :13].astype(np.float64)
        found = Model.load(path, TORCH).predict(inputs)["probabilities"].reshape(-1)
        np.testing.assert_allclose(found[:13], np.exp(logits) / np.exp(logits).sum(), atol=1e-5)
        assert not found[13:].any()  # padding
        task = UpdateTask(
            path, [{**inputs, "position": [4]}], Configuration(parameters={"epochs": 30, "learningRate": 0.1})
        )
        task.resume()
        assert int(task.result(60).model.predict(inputs)["probabilities"].argmax()) == 4
