"""The Hugging Face model that a file was converted from, watched module by module. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bertkit.bert.checkpoint import Checkpoint
from bertkit.bert.quiet import quiet
from bertkit.dependencies import require
from bertkit.insight.original_names import canonical

Array = NDArray[Any]


class Original:
    """A checkpoint's own model, in float32.

    Args:
        checkpoint: a folder, or an id on the Hugging Face hub.

    Raises:
        DependencyError: transformers is not installed.
        FileError: the checkpoint cannot be found or fetched.
        CheckpointError: the folder is no question-answering checkpoint.
        UnsupportedError: it is of another family.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        transformers = require("transformers", "convert", "compare a converted model with the original")
        with quiet("transformers"):
            # Attention in single steps, because a fused one hides its probabilities.
            self._model = transformers.AutoModelForQuestionAnswering.from_pretrained(
                checkpoint.folder, attn_implementation="eager", dtype=torch.float32
            ).eval()

    def run(
        self,
        inputs: Mapping[str, Array],
        modules: Collection[str] = (),
        watch: Callable[[str, Array], None] | None = None,
    ) -> dict[str, Array]:
        """Compute start and end logits, [1, length] float32 each.

        Args:
            inputs: by name, [1, length] int32 each.
            modules: which modules to watch, by canonical name.
            watch: called with name and output of each of them as soon as it is computed; what it raises ends the run.
        """
        with ExitStack() as stack, torch.inference_mode():
            if watch is not None:
                for name, module in self._model.named_modules():
                    if canonical(name) in modules:
                        handle = module.register_forward_hook(_hook(canonical(name), watch))
                        stack.callback(handle.remove)
            outputs = self._model(**{name: torch.from_numpy(array.astype(np.int64)) for name, array in inputs.items()})
        return {"start_logits": outputs.start_logits.numpy(), "end_logits": outputs.end_logits.numpy()}


def _hook(name: str, watch: Callable[[str, Array], None]) -> Callable[[Any, Any, Any], None]:
    def hook(module: Any, arguments: Any, output: Any) -> None:
        value: Tensor = output[0] if isinstance(output, tuple) else output
        watch(name, value.numpy())

    return hook
