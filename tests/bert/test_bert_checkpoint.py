from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from bertkit.bert import Checkpoint, hub
from bertkit.bert.families.registry import read_model
from bertkit.errors import CheckpointError, DependencyError, FileError, UnsupportedError

_WEIGHTS = "model.safetensors"


@pytest.fixture
def bert(checkpoint_of: Callable[[str], Path], tmp_path: Path) -> Path:
    """Return a copy of the tiny BERT that a test may damage."""
    return shutil.copytree(checkpoint_of("bert"), tmp_path / "bert")


def _change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _change_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors = load_file(folder / _WEIGHTS)
    change(tensors)
    save_file(tensors, folder / _WEIGHTS)


def test_tensors_are_read_as_float32(bert: Path) -> None:
    wanted = load_file(bert / _WEIGHTS)
    tensors = Checkpoint.open(bert).tensors
    assert set(tensors) == set(wanted)
    assert len(tensors) == len(wanted)
    for name, tensor in wanted.items():
        assert tensors.shape(name) == tuple(tensor.shape)
        assert tensors[name].dtype == np.float32
        np.testing.assert_array_equal(tensors[name], tensor.numpy())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_tensors_are_widened(bert: Path, dtype: torch.dtype) -> None:
    name = "qa_outputs.weight"
    wanted = load_file(bert / _WEIGHTS)[name].to(dtype).float().numpy()
    _change_tensors(bert, lambda tensors: tensors.update({key: value.to(dtype) for key, value in tensors.items()}))
    np.testing.assert_array_equal(Checkpoint.open(bert).tensors[name], wanted)


def test_pickled_weights_equal_safetensors(bert: Path) -> None:
    wanted = load_file(bert / _WEIGHTS)
    torch.save(wanted, bert / "pytorch_model.bin")
    (bert / _WEIGHTS).unlink()
    tensors = Checkpoint.open(bert).tensors
    for name, tensor in wanted.items():
        assert tensors.shape(name) == tuple(tensor.shape)
        np.testing.assert_array_equal(tensors[name], tensor.numpy())


def test_pickle_that_would_run_code_is_refused(bert: Path, tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "ran",)

    (bert / _WEIGHTS).unlink()
    torch.save({"qa_outputs.weight": Harmful()}, bert / "pytorch_model.bin")
    with pytest.raises(FileError, match="not a weight file"):
        Checkpoint.open(bert)
    assert not (tmp_path / "ran").exists()


def _shard(folder: Path) -> list[str]:
    tensors = load_file(folder / _WEIGHTS)
    (folder / _WEIGHTS).unlink()
    names = sorted(tensors)
    places = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(names)}
    for file in set(places.values()):
        save_file({name: tensors[name] for name in names if places[name] == file}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))
    return names


def test_sharded_weights(bert: Path) -> None:
    wanted = load_file(bert / _WEIGHTS)
    names = _shard(bert)
    tensors = Checkpoint.open(bert).tensors
    assert sorted(tensors) == names
    for name in names:
        np.testing.assert_array_equal(tensors[name], wanted[name].numpy())


def test_missing_shard_is_named(bert: Path) -> None:
    _shard(bert)
    (bert / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"shard model-00002-of-00002\.safetensors.*missing"):
        Checkpoint.open(bert)


def test_names_of_old_tensorflow_checkpoints(bert: Path) -> None:
    wanted = load_file(bert / _WEIGHTS)["bert.embeddings.LayerNorm.weight"].numpy()

    def rename(tensors: dict[str, torch.Tensor]) -> None:
        for name in [name for name in tensors if "LayerNorm" in name]:
            old = name.replace(".weight", ".gamma").replace(".bias", ".beta")
            tensors[old] = tensors.pop(name)

    _change_tensors(bert, rename)
    checkpoint = Checkpoint.open(bert)
    np.testing.assert_array_equal(checkpoint.tensors["bert.embeddings.LayerNorm.weight"], wanted)
    assert read_model(checkpoint).max_length == 40


def test_folder_that_is_no_checkpoint_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config\.json.*model\.safetensors.*pytorch_model\.bin.*vocab\.txt"):
        Checkpoint.open(tmp_path)


def test_folder_without_weights_says_what_was_looked_for(bert: Path) -> None:
    (bert / _WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match=r"no weights.*model\.safetensors, .*pytorch_model\.bin"):
        Checkpoint.open(bert)


def test_file_instead_of_a_folder(bert: Path) -> None:
    with pytest.raises(FileError, match="is a file; wanted the folder"):
        Checkpoint.open(bert / "config.json")


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no checkpoint folder"):
        Checkpoint.open(tmp_path / "nowhere" / "at" / "all")


@pytest.mark.parametrize("keep", [4, 100, -1000])
def test_truncated_safetensors(bert: Path, keep: int) -> None:
    content = (bert / _WEIGHTS).read_bytes()[:keep]
    (bert / _WEIGHTS).write_bytes(content)
    with pytest.raises(FileError, match=rf"model\.safetensors \({len(content)} bytes\) is truncated"):
        Checkpoint.open(bert)


def test_truncated_pickle(bert: Path) -> None:
    torch.save(load_file(bert / _WEIGHTS), bert / "pytorch_model.bin")
    (bert / _WEIGHTS).unlink()
    content = (bert / "pytorch_model.bin").read_bytes()
    (bert / "pytorch_model.bin").write_bytes(content[: len(content) // 2])
    with pytest.raises(FileError, match="truncated"):
        Checkpoint.open(bert)


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"])
def test_malformed_config(bert: Path, content: str) -> None:
    (bert / "config.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(FileError, match=r"config\.json"):
        Checkpoint.open(bert)


def test_unsupported_family_lists_the_supported(bert: Path) -> None:
    _change_config(bert, model_type="xlnet")
    with pytest.raises(UnsupportedError, match=r'"xlnet".*albert, bert, distilbert, electra, mobilebert, roberta'):
        Checkpoint.open(bert)


def test_config_without_a_family(bert: Path) -> None:
    _change_config(bert, model_type=None)
    with pytest.raises(CheckpointError, match="model_type"):
        Checkpoint.open(bert)


def test_checkpoint_of_another_task(bert: Path) -> None:
    _change_config(bert, architectures=["BertForMaskedLM"])
    _change_tensors(bert, lambda tensors: [tensors.pop(f"qa_outputs.{kind}") for kind in ("weight", "bias")])
    with pytest.raises(CheckpointError, match=r"does not answer questions.*BertForMaskedLM.*qa_outputs"):
        Checkpoint.open(bert)


@pytest.mark.parametrize(
    ("change", "tensor", "wanted", "found"),
    [
        ({"hidden_size": 64}, "bert.embeddings.word_embeddings.weight", "300, 64", "300, 32"),
        ({"vocab_size": 301}, "bert.embeddings.word_embeddings.weight", "301, 32", "300, 32"),
        ({"intermediate_size": 64}, "bert.encoder.layer.0.intermediate.dense.weight", "64, 32", "48, 32"),
        ({"max_position_embeddings": 512}, "bert.embeddings.position_embeddings.weight", "512, 32", "40, 32"),
    ],
)
def test_config_and_tensors_that_disagree(
    bert: Path, change: dict[str, int], tensor: str, wanted: str, found: str
) -> None:
    _change_config(bert, **change)
    with pytest.raises(CheckpointError, match=rf"{tensor} must have shape \[{wanted}\], found \[{found}\]"):
        read_model(Checkpoint.open(bert))


def test_missing_tensor_is_named(bert: Path) -> None:
    _change_config(bert, num_hidden_layers=3)
    with pytest.raises(CheckpointError, match=r"bert\.encoder\.layer\.2\.attention\.self\.query\.weight \[32, 32\]"):
        read_model(Checkpoint.open(bert))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"position_embedding_type": "relative_key"}, "relative_key"),
        ({"is_decoder": True}, "decoder"),
        ({"hidden_act": "hardswish"}, '"hardswish".*Supported: gelu'),
    ],
)
def test_configuration_that_is_not_supported(bert: Path, change: dict[str, Any], message: str) -> None:
    _change_config(bert, **change)
    with pytest.raises(UnsupportedError, match=message):
        read_model(Checkpoint.open(bert))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": "wide"}, "hidden_size.*'wide'"),
        ({"num_attention_heads": 5}, "5, which does not divide the size 32"),
        ({"layer_norm_eps": -1}, "layer_norm_eps"),
        ({"hidden_act": 7}, "hidden_act"),
    ],
)
def test_configuration_that_makes_no_sense(bert: Path, change: dict[str, Any], message: str) -> None:
    _change_config(bert, **change)
    with pytest.raises(CheckpointError, match=message):
        read_model(Checkpoint.open(bert))


def test_hub_id_is_fetched(bert: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def fetch(hub_id: str, allow_patterns: list[str]) -> str:
        asked.update(hub_id=hub_id, patterns=allow_patterns)
        return str(bert)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    checkpoint = Checkpoint.open("someone/a-reader")
    assert checkpoint.folder == bert
    assert checkpoint.card.source == "someone/a-reader"
    assert checkpoint.card.author == "someone"
    assert asked["hub_id"] == "someone/a-reader"
    assert {"config.json", "model*.safetensors", "tokenizer.json"} <= set(asked["patterns"])


def test_hub_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(hub_id: str, allow_patterns: list[str]) -> str:
        raise ConnectionError("no route to host")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    with pytest.raises(FileError, match=r'"someone/a-reader" is neither a folder here.*no route to host'):
        Checkpoint.open("someone/a-reader")


def test_hub_without_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def absent(module: str, extra: str, purpose: str) -> None:
        raise DependencyError(f"{module} from bertkit[{extra}] to {purpose}")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hub, "require", absent)
    with pytest.raises(DependencyError, match=r"huggingface_hub from bertkit\[convert\]"):
        Checkpoint.open("someone/a-reader")


def test_license_is_read_from_the_model_card(bert: Path) -> None:
    (bert / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\n# A reader\nlicense: none of this\n")
    assert Checkpoint.open(bert).card.license == "apache-2.0"


def test_nothing_is_made_up_about_the_origin(bert: Path) -> None:
    (bert / "README.md").write_text("# A reader\nlicense: mit\n")
    card = Checkpoint.open(bert).card
    assert (card.source, card.author, card.license) == ("", "", "")
