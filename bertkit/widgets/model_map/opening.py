"""Open whatever a map can be made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.coreml import Package
from bertkit.coreml.package import SUFFIXES
from bertkit.inspect.atlas import Atlas, atlas_of
from bertkit.inspect.checkpoint.atlas import checkpoint_atlas


def open_atlas(model: Any) -> Atlas:
    """Read the modules and layers of a model.

    Args:
        model: path of a `.mlmodel` or `.mlpackage`; or a Hugging Face model: the folder of a checkpoint, its id on the
            hub, or a `transformers.PreTrainedModel`.

    Raises:
        FileError: nothing is there, or it is neither.
        ModelError: a Core ML file breaks the specification so that it cannot be described.
        UnsupportedError: a Hugging Face model cannot be followed.
    """
    if not isinstance(model, str | Path):
        return checkpoint_atlas(model)
    path = Path(model)
    if path.suffix in SUFFIXES or path.is_file():
        return atlas_of(Package.open(path))
    return checkpoint_atlas(model)
