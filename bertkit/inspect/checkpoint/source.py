"""Where a Hugging Face model comes from: a folder, the hub, or one that is already in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.hub import locate
from bertkit.bert.quiet import quiet
from bertkit.bert.tensors import Tensors
from bertkit.dependencies import require
from bertkit.errors import CheckpointError, FileError, InputError, UnsupportedError

_CONFIG = "config.json"
_PURPOSE = "map a Hugging Face model"


@dataclass(frozen=True)
class Source:
    """A model whose modules can be read.

    Attributes:
        name: of the folder, the hub id, or the class.
        network: the torch module, on torch's `meta` device where only its shapes are needed.
        stored: its parameters by name, read when asked for.
    """

    name: str
    network: Any
    stored: Mapping[str, NDArray[Any]]

    @classmethod
    def open(cls, checkpoint: str | Path) -> Source:
        """Open a checkpoint without reading its weights.

        Args:
            checkpoint: a folder, or an id on the Hugging Face hub.

        Raises:
            FileError: it cannot be found or fetched, or a file is malformed.
            CheckpointError: it has no weights.
            UnsupportedError: transformers does not know its architecture.
            DependencyError: transformers is not installed.
        """
        folder = locate(checkpoint)
        return cls(str(checkpoint) if not Path(checkpoint).is_dir() else folder.name, _empty(folder), _Stored(folder))

    @classmethod
    def of(cls, network: Any) -> Source:
        """Take a model from memory.

        Args:
            network: a `transformers.PreTrainedModel`.
        """
        return cls(type(network).__name__, network, _InMemory(network))

    def values(self, parameter: str) -> NDArray[Any]:
        """Return the numbers of a parameter.

        Raises:
            InputError: there is no such parameter.
        """
        try:
            return self.stored[parameter]
        except KeyError:
            raise InputError(f'{self.name} stores no parameter "{parameter}".') from None


class _Stored(Mapping[str, NDArray[Any]]):
    """The tensors of a folder, listed when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _tensors(self) -> Tensors:
        return Tensors.open(self._folder)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._tensors[name]

    def __iter__(self) -> Any:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


class _InMemory(Mapping[str, NDArray[Any]]):
    """The parameters of a torch module."""

    def __init__(self, network: Any) -> None:
        self._parameters = dict(network.named_parameters())

    def __getitem__(self, name: str) -> NDArray[Any]:
        return np.asarray(self._parameters[name].detach().float().cpu().numpy())

    def __iter__(self) -> Any:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)


def _empty(folder: Path) -> Any:
    """Build a checkpoint's network without memory for its weights."""
    transformers = require("transformers", "convert", _PURPOSE)
    import torch

    config = _config(transformers, folder)
    named = (getattr(config, "architectures", None) or [""])[0]
    architecture = getattr(transformers, named, None)
    if architecture is None:
        raise UnsupportedError(
            f'{folder} is a "{named}", which transformers {transformers.__version__} does not have. '
            "Install a version of transformers that knows it, or pass the model itself."
        )
    # Attention in single steps, as a Core ML file has it, rather than one fused operation.
    config._attn_implementation = "eager"
    with quiet("transformers"), torch.device("meta"):
        return architecture(config).eval()


def _config(transformers: Any, folder: Path) -> Any:
    path = folder / _CONFIG
    if not path.is_file():
        raise CheckpointError(f"{folder} is no Hugging Face checkpoint: it has no {_CONFIG}.")
    try:
        with quiet("transformers"):
            return transformers.AutoConfig.from_pretrained(folder)
    except json.JSONDecodeError as error:
        raise FileError(f"{path} is malformed: {error}. Get the checkpoint again.") from error
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"{path} cannot be used: {str(error).splitlines()[0]}") from error
