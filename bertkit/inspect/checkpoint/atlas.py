"""The atlas of a Hugging Face model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from bertkit.inspect.atlas import Atlas, arrange
from bertkit.inspect.checkpoint.source import Source
from bertkit.inspect.structure import Structure, named_tree


@dataclass(frozen=True)
class CheckpointOrigin:
    """A Hugging Face model.

    Attributes:
        source: where it comes from.
        outputs: names of the values that leave it.
    """

    source: Source
    outputs: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name of the folder, the hub id, or the class."""
        return self.source.name

    @property
    def facts(self) -> tuple[str, ...]:
        """The class that transformers has for it."""
        return "Hugging Face model", type(self.source.network).__name__

    def values(self, parameter: str) -> NDArray[Any]:
        """Read a parameter of the checkpoint, or of the model in memory."""
        return self.source.values(parameter)


def checkpoint_atlas(model: Any) -> Atlas:
    """Read the modules and layers of a Hugging Face model; nothing is computed, and no weights are read.

    Args:
        model: folder of a checkpoint, its id on the Hugging Face hub, or a `transformers.PreTrainedModel`.

    Raises:
        FileError: it cannot be found or fetched, or a file is malformed.
        UnsupportedError: transformers does not know its architecture, or torch cannot follow it.
        DependencyError: transformers is not installed.
    """
    source = Source.open(model) if isinstance(model, str | Path) else Source.of(model)
    # Here rather than above, since both import torch.
    from bertkit.inspect.checkpoint.layers import traced_layers
    from bertkit.inspect.checkpoint.trace import trace

    traced = trace(source.network)
    root = named_tree(traced_layers(traced), ".", traced.kinds)
    return arrange(CheckpointOrigin(source, traced.outputs), Structure(root, "modules"))
