"""Converted files compute what the Hugging Face originals compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bert_checkpoints import CONFIGS, VARIANTS, make_checkpoint

from bertkit.bert import Checkpoint, Conversion, convert
from bertkit.bert.verify import verify
from bertkit.coreml import Configuration, Model

_FORMATS = ("mlprogram", "neuralnetwork")
_SUFFIXES = {"mlprogram": ".mlpackage", "neuralnetwork": ".mlmodel"}


def slow(*values: object) -> Any:
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize("kind", _FORMATS)
@pytest.mark.parametrize("family", CONFIGS)
def test_float32_equals_the_original_at_all_lengths_padded_and_not(
    family: str, kind: str, converted: Callable[..., Conversion], checkpoint_of: Callable[[str], Path]
) -> None:
    conversion = converted(family, kind)
    result = verify(conversion.path, Checkpoint.open(checkpoint_of(family)), conversion.settings, pairs=50)
    assert result.worst_error < 1e-4
    assert result.span_agreement == 1


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("bert", "mlprogram"),
        ("bert", "neuralnetwork"),
        ("mobilebert", "mlprogram"),
        *(slow(family, "mlprogram") for family in CONFIGS if family not in ("bert", "mobilebert")),
    ],
)
def test_float16_weights_in_float32_arithmetic_stay_close(
    family: str, kind: str, converted: Callable[..., Conversion], checkpoint_of: Callable[[str], Path]
) -> None:
    conversion = converted(family, kind, precision="float16", lengths=(24,))
    result = verify(conversion.path, Checkpoint.open(checkpoint_of(family)), conversion.settings, pairs=20)
    assert result.psnr_db > 60
    assert result.span_agreement == 1


@pytest.mark.parametrize(
    ("family", "kind", "lengths"),
    [
        ("bert", "mlprogram", (16, 40)),
        ("bert", "neuralnetwork", (24,)),
        ("roberta", "mlprogram", (24,)),
        ("mobilebert", "neuralnetwork", (16, 40)),
        slow("bert", "mlprogram", (24,)),
        slow("bert", "neuralnetwork", (16, 40)),
        slow("roberta", "neuralnetwork", (24,)),
        slow("mobilebert", "mlprogram", (16, 40)),
    ],
)
def test_batch_equals_its_rows_one_by_one(
    family: str, kind: str, lengths: tuple[int, ...], converted: Callable[..., Conversion]
) -> None:
    conversion = converted(family, kind, lengths=lengths, batch=3)
    model = Model.load(conversion.path, Configuration(engine="torch", precision="float32"))
    rng = np.random.default_rng(1)
    length = lengths[0]
    batch = {
        "input_ids": rng.integers(5, 250, (3, length)).astype(np.int32),
        "attention_mask": np.ones((3, length), np.int32),
        "token_type_ids": rng.integers(0, 2, (3, length)).astype(np.int32),
    }
    batch["attention_mask"][1, length // 2 :] = 0
    batch["input_ids"][1, length // 2 :] = conversion.settings.pair.pad_id
    batch = {name: batch[name] for name in conversion.settings.inputs}
    together = model.predict(batch)
    for row in range(3):
        alone = model.predict({name: values[row : row + 1] for name, values in batch.items()})
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][row : row + 1], values, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "compress"),
    [
        ("mlprogram", "int8"),
        ("neuralnetwork", "palettize6"),
        ("mlprogram", "palettize4"),
        slow("neuralnetwork", "int8"),
        slow("mlprogram", "palettize6"),
        slow("neuralnetwork", "palettize4"),
    ],
)
def test_compressed_weights_stay_close(
    kind: str, compress: str, tmp_path: Path, checkpoint_of: Callable[[str], Path]
) -> None:
    least_db = {"int8": 35, "palettize6": 25, "palettize4": 15}[compress]
    checkpoint = checkpoint_of("bert")
    out = tmp_path / f"small{_SUFFIXES[kind]}"
    conversion = convert(checkpoint, out, format=kind, lengths=(24,), compress=compress)
    result = verify(out, Checkpoint.open(checkpoint), conversion.settings, pairs=10)
    assert least_db < result.psnr_db < least_db + 40


@pytest.mark.slow
@pytest.mark.parametrize("kind", _FORMATS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_equal_the_original(variant: str, kind: str, tmp_path: Path) -> None:
    folder = make_checkpoint(tmp_path / "checkpoint", variant.split("-")[0], VARIANTS[variant], seed=3)
    out = tmp_path / f"out{_SUFFIXES[kind]}"
    conversion = convert(folder, out, format=kind, precision="float32", lengths=(16, 40))
    result = verify(out, Checkpoint.open(folder), conversion.settings, pairs=12)
    assert result.worst_error < 1e-4
    assert result.span_agreement == 1


def test_token_types_change_the_logits(converted: Callable[..., Conversion]) -> None:
    model = Model.load(converted("bert").path, Configuration(engine="torch", precision="float32"))
    row = {"input_ids": np.arange(5, 21, dtype=np.int32)[None], "attention_mask": np.ones((1, 16), np.int32)}
    plain = model.predict({**row, "token_type_ids": np.zeros((1, 16), np.int32)})
    typed = model.predict({**row, "token_type_ids": np.ones((1, 16), np.int32)})
    assert np.abs(plain["start_logits"] - typed["start_logits"]).max() > 1e-2


def test_padding_does_not_change_the_logits_of_tokens(converted: Callable[..., Conversion]) -> None:
    conversion = converted("roberta")
    model = Model.load(conversion.path, Configuration(engine="torch", precision="float32"))
    ids = np.arange(5, 21, dtype=np.int32)[None]
    short = model.predict({"input_ids": ids, "attention_mask": np.ones_like(ids)})
    padding = ((0, 0), (0, 24))
    padded_ids = np.pad(ids, padding, constant_values=conversion.settings.pair.pad_id)
    padded = model.predict({"input_ids": padded_ids, "attention_mask": np.pad(np.ones_like(ids), padding)})
    for name in ("start_logits", "end_logits"):
        np.testing.assert_allclose(padded[name][:, :16], short[name], atol=1e-5)
