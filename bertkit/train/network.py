"""The network that is trained, and how it is written as a checkpoint. Imports torch and transformers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.hub import HUB_FILES
from bertkit.bert.quiet import quiet
from bertkit.errors import CheckpointError
from bertkit.files import write_atomically
from bertkit.train.batches import Batch
from bertkit.train.settings import Settings

_DROPOUT = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout", "qa_dropout")
_SIZES = {
    "layers": ("num_hidden_layers", "n_layers"),
    "hidden": ("hidden_size", "dim"),
    "heads": ("num_attention_heads", "n_heads"),
    "intermediate": ("intermediate_size", "hidden_dim"),
}
_EMBEDDING_SIZE = "embedding_size"


def open_network(checkpoint: Checkpoint, settings: Settings) -> nn.Module:
    """Load a checkpoint's network, ready to be trained; a span head that it lacks is new.

    With `settings.hidden` the network is new and of the stated size, and its word embeddings are the directions in
    which those of the checkpoint differ most.

    Raises:
        CheckpointError: the weights do not fit the configuration.
    """
    config = transformers.AutoConfig.from_pretrained(checkpoint.folder)
    for name in _DROPOUT:
        if hasattr(config, name):
            setattr(config, name, settings.dropout)
    torch.manual_seed(settings.seed)
    is_new = settings.hidden is not None
    network = _smaller(checkpoint, config, settings) if is_new else _loaded(checkpoint.folder, config)
    words = network.get_input_embeddings().weight
    words.requires_grad_(not settings.freeze_words)
    if settings.gradient_checkpointing:
        # transformers 5 renames the method and warns of the old name.
        new_name = getattr(network, "activation_checkpointing_enable", None)
        enable = network.gradient_checkpointing_enable if new_name is None else new_name
        enable({"use_reentrant": False})
    module: nn.Module = network
    return module


def open_teacher(folder: str) -> nn.Module:
    """Load a checkpoint to imitate; none of its weights change.

    Raises:
        CheckpointError: it does not answer questions.
        FileError: it cannot be found or read.
    """
    checkpoint = Checkpoint.open(folder)
    network: nn.Module = _loaded(checkpoint.folder, transformers.AutoConfig.from_pretrained(checkpoint.folder))
    return network.eval().requires_grad_(False)


def logits(network: nn.Module, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return start and end logits, each [batch, sequence] float32, the lowest number where no answer may be."""
    outputs = network(**_inputs(network, batch))
    lowest = torch.finfo(torch.float32).min
    start = outputs.start_logits.float().masked_fill(~batch.allowed, lowest)
    end = outputs.end_logits.float().masked_fill(~batch.allowed, lowest)
    return start, end


def hidden_states(network: Any, batch: Batch) -> torch.Tensor:
    """Return the last layer's output, [batch, sequence, hidden]."""
    output: torch.Tensor = network.base_model(**_inputs(network, batch)).last_hidden_state
    return output


def write_network(network: nn.Module, checkpoint: Checkpoint, folder: Path, storage: str) -> None:
    """Write a Hugging Face checkpoint: configuration, weights, and the tokenizer's files as they were.

    Args:
        network: what was trained.
        checkpoint: what it began from.
        folder: an empty folder.
        storage: `float16` or `float32`.
    """
    from safetensors.torch import save

    dtype = getattr(torch, storage)
    config: Any = network.config
    config.dtype = dtype
    config.save_pretrained(folder)
    weights = {
        name: value.detach().to("cpu", dtype if value.is_floating_point() else value.dtype).contiguous().clone()
        for name, value in network.state_dict().items()
    }
    write_atomically(folder / "model.safetensors", save(weights, metadata={"format": "pt"}))
    for pattern in HUB_FILES:
        if "token" in pattern or "vocab" in pattern or "merges" in pattern or "spiece" in pattern:
            for file in checkpoint.folder.glob(pattern):
                shutil.copyfile(file, folder / file.name)


def _inputs(network: Any, batch: Batch) -> dict[str, torch.Tensor]:
    inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
    if getattr(network.config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = batch.token_type_ids
    return inputs


def _loaded(folder: Path, config: Any) -> Any:
    try:
        with quiet("transformers"):
            return transformers.AutoModelForQuestionAnswering.from_pretrained(
                folder, config=config, dtype=torch.float32
            )
    except (RuntimeError, ValueError) as error:
        raise CheckpointError(f"{folder} cannot be loaded: {error}") from error


def _smaller(checkpoint: Checkpoint, config: Any, settings: Settings) -> Any:
    words = torch.from_numpy(checkpoint.tensors[_word_embeddings(checkpoint)])
    for setting, names in _SIZES.items():
        for name in names:
            if hasattr(config, name):
                setattr(config, name, getattr(settings, setting))
    if hasattr(config, _EMBEDDING_SIZE):
        config.embedding_size = settings.hidden
    with quiet("transformers"):
        network = transformers.AutoModelForQuestionAnswering.from_config(config)
    target = network.get_input_embeddings().weight
    with torch.no_grad():
        target.copy_(_principal(words, target.shape[1], float(target.std())))
    return network


def _word_embeddings(checkpoint: Checkpoint) -> str:
    found = [name for name in checkpoint.tensors if name.endswith("word_embeddings.weight")]
    if not found:
        raise CheckpointError(f"{checkpoint.folder} has no word embeddings.")
    return found[0]


def _principal(words: torch.Tensor, size: int, spread: float) -> torch.Tensor:
    """Return vectors [vocabulary, size] of a given standard deviation that keep most of what tells words apart."""
    centered = words - words.mean(0)
    _, directions = torch.linalg.eigh(centered.T @ centered)  # ascending
    kept = centered @ directions[:, -size:]
    if kept.shape[1] < size:
        kept = torch.nn.functional.pad(kept, (0, size - kept.shape[1]))
    scaled: torch.Tensor = kept * (spread / kept.std())
    return scaled
