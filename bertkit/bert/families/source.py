"""Read modules out of a checkpoint, checking every tensor against the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.bert.modules.block_output import BlockOutput
from bertkit.bert.modules.linear import Linear
from bertkit.bert.modules.lookup import Lookup
from bertkit.bert.modules.normalization import LayerNorm
from bertkit.bert.modules.span_head import SpanHead
from bertkit.bert.tensors import Tensors
from bertkit.errors import CheckpointError, UnsupportedError


@dataclass(frozen=True)
class Source:
    """A checkpoint's configuration and tensors.

    Attributes:
        config: contents of `config.json`.
        tensors: by name.
    """

    config: Mapping[str, Any]
    tensors: Tensors

    def integer(self, key: str, default: int) -> int:
        """Return a size or count of the configuration.

        Args:
            key: its name there.
            default: Hugging Face's, for where the configuration leaves it out.

        Raises:
            CheckpointError: it is no positive whole number.
        """
        value = self.config.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise CheckpointError(f'config.json: "{key}" must be a whole number of at least 1, found {value!r}.')
        return value

    def number(self, key: str, default: float) -> float:
        """Return a non-negative number of the configuration.

        Raises:
            CheckpointError: it is not one.
        """
        value = self.config.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise CheckpointError(f'config.json: "{key}" must be a number of at least 0, found {value!r}.')
        return float(value)

    def text(self, key: str, default: str) -> str:
        """Return a name of the configuration.

        Raises:
            CheckpointError: it is no text.
        """
        value = self.config.get(key, default)
        if not isinstance(value, str):
            raise CheckpointError(f'config.json: "{key}" must be text, found {value!r}.')
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return a switch of the configuration.

        Raises:
            CheckpointError: it is neither true nor false.
        """
        value = self.config.get(key, default)
        if not isinstance(value, bool):
            raise CheckpointError(f'config.json: "{key}" must be true or false, found {value!r}.')
        return value

    def heads(self, key: str, default: int, size: int) -> int:
        """Return the number of attention heads.

        Args:
            key: its name in the configuration.
            default: Hugging Face's.
            size: what the heads share out among them.

        Raises:
            CheckpointError: the heads do not share it out evenly.
        """
        heads = self.integer(key, default)
        if size % heads:
            raise CheckpointError(f'config.json: "{key}" is {heads}, which does not divide the size {size}.')
        return heads

    def refuse_what_is_not_plain(self) -> None:
        """Refuse configurations that change what the encoder computes.

        Raises:
            UnsupportedError: positions are not absolute, or the model is a decoder.
        """
        positions = self.config.get("position_embedding_type", "absolute")
        if positions != "absolute":
            raise UnsupportedError(f'Position embeddings of the type "{positions}" are not supported, only "absolute".')
        if self.config.get("is_decoder", False):
            raise UnsupportedError("A decoder (is_decoder in config.json) is not supported: it masks later tokens.")

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Read a tensor.

        Args:
            name: in the checkpoint.
            shape: by the configuration.

        Raises:
            CheckpointError: it is missing, or has another shape.
        """
        if name not in self.tensors:
            raise CheckpointError(
                f"{self.tensors.folder}: the tensor {name} {list(shape)} is missing, though config.json calls for it. "
                "config.json and the weights do not belong together."
            )
        found = self.tensors.shape(name)
        if found != shape:
            raise CheckpointError(
                f"{self.tensors.folder}: by config.json the tensor {name} must have shape {list(shape)}, "
                f"found {list(found)}. config.json and the weights do not belong together."
            )
        return self.tensors[name]

    def linear(self, name: str, inputs: int, outputs: int) -> Linear:
        """Read a linear layer: `name.weight` [outputs, inputs], `name.bias` [outputs]."""
        return Linear(self.tensor(f"{name}.weight", outputs, inputs), self.tensor(f"{name}.bias", outputs))

    def lookup(self, name: str, rows: int, size: int) -> Lookup:
        """Read a table: `name.weight` [rows, size]."""
        return Lookup(self.tensor(f"{name}.weight", rows, size))

    def layer_norm(self, name: str, size: int, epsilon: float) -> LayerNorm:
        """Read a layer normalization: `name.weight` [size], `name.bias` [size]."""
        return LayerNorm(self.tensor(f"{name}.weight", size), self.tensor(f"{name}.bias", size), epsilon)

    def block_output(self, name: str, inputs: int, outputs: int, epsilon: float) -> BlockOutput:
        """Read `name.dense` and `name.LayerNorm`, as most families call them."""
        return BlockOutput(
            self.linear(f"{name}.dense", inputs, outputs), self.layer_norm(f"{name}.LayerNorm", outputs, epsilon)
        )

    def span_head(self, size: int) -> SpanHead:
        """Read the head: `qa_outputs`, from `size` to 2."""
        return SpanHead(self.linear("qa_outputs", size, 2))
