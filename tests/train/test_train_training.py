"""The whole road on a tiny network: it learns, it is interrupted and goes on, it is written and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import train_data

from bertkit.bert.checkpoint import Checkpoint
from bertkit.errors import InputError
from bertkit.train import Settings, train

# Small enough to be quick; float32 so that the machine's number formats do not matter.
QUICK = Settings(length=48, batch_tokens=512, precision="float32", rate=3e-3, freeze_words=False, device="cpu")


def stopping_after(count: int) -> Callable[[], bool]:
    """Say stop when asked the next time after `count` batches."""
    asked = iter(range(count))
    return lambda: next(asked, None) is None


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def test_a_reader_learns_and_its_record_says_how(base: Path, tmp_path: Path) -> None:
    few = train_data.make_squad(tmp_path / "squad.json", passages=1)
    dev = train_data.make_squad(tmp_path / "dev.json", passages=1)
    settings = replace(QUICK, data=(str(few),), dev=str(dev), epochs=100.0, rate=1e-2, storage="float32")
    trained = train(base, tmp_path / "reader", settings)
    assert trained.finished
    assert trained.score is not None
    assert trained.score.count == 3
    assert trained.score.exact_match == 100
    record = json.loads((tmp_path / "reader" / "training.json").read_text())
    assert record["steps"] == trained.steps == record["curve"][-1]["step"]
    assert record["curve"][-1]["loss"] < 0.2 * record["curve"][0]["loss"]
    assert record["data"][0]["file"] == "squad.json"
    assert str(tmp_path) not in json.dumps(record)
    assert Checkpoint.open(tmp_path / "reader").tensors["qa_outputs.weight"].shape == (2, 32)
    assert not (tmp_path / "reader.training").exists()


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_an_interrupted_training_goes_on_to_the_same_bytes(
    base: Path, squad: Path, tmp_path: Path, average: float
) -> None:
    settings = replace(QUICK, data=(str(squad),), steps=24, dropout=0.1, negatives=0.2, average=average)
    whole = train(base, tmp_path / "whole", settings)
    part = train(base, tmp_path / "parts", settings, stop=stopping_after(5))
    assert not part.finished
    assert part.steps == 5
    assert not (tmp_path / "parts").exists()
    again = train(base, tmp_path / "parts", settings, resume=True, stop=stopping_after(9))
    assert again.steps == 14
    end = train(base, tmp_path / "parts", settings, resume=True)
    assert (end.steps, end.tokens) == (whole.steps, whole.tokens)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_the_seed_decides(base: Path, squad: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, data=(str(squad),), steps=3)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(base, tmp_path / name, replace(settings, seed=seed))
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")


def test_frozen_words_stay_and_layers_change(base: Path, squad: Path, tmp_path: Path) -> None:
    train(base, tmp_path / "new", replace(QUICK, data=(str(squad),), steps=2, freeze_words=True, storage="float32"))
    before, after = Checkpoint.open(base).tensors, Checkpoint.open(tmp_path / "new").tensors
    words = "bert.embeddings.word_embeddings.weight"
    assert (before[words] == after[words]).all()
    assert all((before[name] != after[name]).any() for name in before if "layer.1" in name and "key.bias" not in name)


def test_the_clock_ends_a_training_with_a_budget(base: Path, squad: Path, tmp_path: Path) -> None:
    now = iter(range(10_000))
    rates: list[int] = []
    settings = replace(QUICK, data=(str(squad),), budget="60s")
    trained = train(
        base, tmp_path / "a", settings, clock=lambda: next(now), report=lambda told: rates.append(told.step)
    )
    assert trained.finished
    assert 60 <= trained.seconds < 75
    assert rates == list(range(1, trained.steps + 1))


def test_an_encoder_without_a_head_gets_one(squad: Path, tmp_path: Path) -> None:
    encoder = train_data.make_base(tmp_path / "encoder", head=False)
    train(encoder, tmp_path / "reader", replace(QUICK, data=(str(squad),), steps=1))
    assert "qa_outputs.weight" in Checkpoint.open(tmp_path / "reader").tensors


def test_a_smaller_network_imitates_its_teachers(base: Path, squad: Path, tmp_path: Path) -> None:
    settings = replace(
        QUICK,
        data=(str(squad),),
        steps=4,
        layers=1,
        hidden=16,
        heads=2,
        intermediate=32,
        teachers=(str(base), str(base)),
    )
    train(base, tmp_path / "small", settings)
    small = Checkpoint.open(tmp_path / "small")
    assert small.config["num_hidden_layers"] == 1
    assert small.tensors["bert.embeddings.word_embeddings.weight"].shape[1] == 16


def test_gradient_checkpointing_learns_the_same(base: Path, squad: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, data=(str(squad),), steps=2)
    for name, on in (("off", False), ("on", True)):
        train(base, tmp_path / name, replace(settings, gradient_checkpointing=on))
    found = [Checkpoint.open(tmp_path / name).tensors["qa_outputs.weight"] for name in ("off", "on")]
    assert torch.allclose(*map(torch.from_numpy, found), atol=1e-3)


def test_what_is_in_the_way_is_left_alone(base: Path, squad: Path, tmp_path: Path) -> None:
    settings = replace(QUICK, data=(str(squad),), steps=4)
    train(base, tmp_path / "a", settings, stop=stopping_after(2))
    with pytest.raises(InputError, match="interrupted training"):
        train(base, tmp_path / "a", settings)
    with pytest.raises(InputError, match=r"rate was 0\.003, is now 0\.1"):
        train(base, tmp_path / "a", replace(settings, rate=0.1), resume=True)
    with pytest.raises(InputError, match="nothing to resume"):
        train(base, tmp_path / "b", settings, resume=True)
    train(base, tmp_path / "a", replace(settings, steps=6), resume=True)
    with pytest.raises(InputError, match="exists already"):
        train(base, tmp_path / "a", settings)


def test_the_development_file_is_not_learned_from(base: Path, squad: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must not be learned from"):
        train(base, tmp_path / "a", replace(QUICK, data=(str(squad),), dev=str(squad)))
