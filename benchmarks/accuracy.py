"""Exact match and F1 of a reader's Core ML files beside the torch checkpoint they were converted from.

    python benchmarks/accuracy.py DATA CHECKPOINT MODEL [MODEL ...] [--limit N] [--json out.json]

All of them read the same windows and search the same spans, so that what differs is the model alone. The checkpoint
runs through transformers, eager and in float32; the Core ML files through the engine that bertkit chooses, in float32
and, where the CPU has it, in bfloat16.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bertkit.coreml import Configuration, Model
from bertkit.coreml.description import ModelDescription
from bertkit.errors import InputError
from bertkit.qa import Reader, evaluate


@dataclass(frozen=True)
class TorchOriginal:
    """A checkpoint in transformers that answers like a converted model: what a reader needs to run it."""

    model: Any
    description: ModelDescription

    def predict(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run a batch."""
        import torch

        with torch.inference_mode():
            logits = self.model(**{name: torch.from_numpy(value.astype(np.int64)) for name, value in inputs.items()})
        return {"start_logits": logits.start_logits.numpy(), "end_logits": logits.end_logits.numpy()}

    def predict_batch(self, rows: Sequence[Mapping[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
        """Run rows one by one."""
        return [self.predict(row) for row in rows]


def readers(checkpoint: Path, models: Sequence[Path]) -> Iterator[tuple[str, Reader]]:
    """Yield the checkpoint's reader, then each file's in each precision."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    original = AutoModelForQuestionAnswering.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    yield "torch original, float32", Reader(TorchOriginal(original, Model.load(models[0]).description))
    for path in models:
        for precision in ("float32", "bfloat16"):
            yield f"{path.name}, {precision}", Reader(path, configuration=Configuration(precision=precision))


def main() -> None:
    """Parse, evaluate each, print and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = {}
    for name, reader in readers(arguments.checkpoint, arguments.models):
        try:
            rows[name] = evaluate(arguments.data, reader, limit=arguments.limit).to_json()
        except InputError as error:
            print(f"{name}: passed over, {error}")
            continue
        print(f"{name:48s} F1 {rows[name]['f1']:6.2f}  EM {rows[name]['exact_match']:6.2f}", flush=True)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
