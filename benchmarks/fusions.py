"""What fusing operations gains on a BERT that another tool exported: python benchmarks/fusions.py [--json FILE].

A BERT of random weights, written in plain torch, is traced and converted by coremltools, to an ML Program and to a
NeuralNetwork. Its graph is run by the torch engine as the file has it and with attention, GELU and normalization
recognized, in turns; medians, on one thread.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bertkit import Configuration, Model
from bertkit.coreml.engines.torch_engine import TorchEngine
from bertkit.coreml.lowering.fusions import fuse

_LAYERS, _HIDDEN, _HEADS, _WORDS = 6, 384, 12, 1000
_ROUNDS = 20


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(_HIDDEN, _HIDDEN) for _ in range(4))
        self.up, self.down = nn.Linear(_HIDDEN, 4 * _HIDDEN), nn.Linear(4 * _HIDDEN, _HIDDEN)
        self.scales = nn.ParameterList([torch.ones(_HIDDEN), torch.ones(_HIDDEN)])
        self.shifts = nn.ParameterList([torch.zeros(_HIDDEN), torch.zeros(_HIDDEN)])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (self._heads(layer(x)) for layer in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(_HIDDEN // _HEADS) + mask
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(x.shape)
        x = self._norm(x + self.out(mixed), 0)
        inner = self.up(x)
        inner = inner * 0.5 * (1.0 + torch.erf(inner / math.sqrt(2.0)))
        return self._norm(x + self.down(inner), 1)

    def _heads(self, x: Tensor) -> Tensor:
        return x.view(1, -1, _HEADS, _HIDDEN // _HEADS).transpose(1, 2)

    def _norm(self, x: Tensor, at: int) -> Tensor:
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).pow(2).mean(-1, keepdim=True)
        return self.scales[at] * ((x - mean) / torch.sqrt(variance + 1e-5)) + self.shifts[at]


class _Bert(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(_WORDS, _HIDDEN)
        self.layers = nn.ModuleList(_Layer() for _ in range(_LAYERS))
        self.span = nn.Linear(_HIDDEN, 2)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        x, bias = self.words(ids), (1.0 - mask[:, None, None, :]) * -1e4
        for layer in self.layers:
            x = layer(x, bias)
        return self.span(x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=int, default=384, help="tokens of the row")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    inputs = {
        "ids": np.random.default_rng(0).integers(0, _WORDS, (1, arguments.length)).astype(np.int32),
        "mask": np.ones((1, arguments.length), np.float32),
    }
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, suffix in (("mlprogram", ".mlpackage"), ("neuralnetwork", ".mlmodel")):
            path = _export(kind, Path(folder) / f"bert{suffix}", inputs)
            for precision in ("float32", "bfloat16"):
                result[f"{kind}, {precision}"] = _measure(path, inputs, precision)
    print(json.dumps(result, indent=2))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _export(kind: str, path: Path, inputs: dict[str, np.ndarray]) -> Path:
    import coremltools

    torch.manual_seed(0)
    example = tuple(torch.from_numpy(array) for array in inputs.values())
    with torch.no_grad():
        traced = torch.jit.trace(_Bert().eval(), example)
    types = [coremltools.TensorType(name, array.shape, array.dtype.type) for name, array in inputs.items()]
    precision = {"compute_precision": coremltools.precision.FLOAT32} if kind == "mlprogram" else {}
    coremltools.convert(traced, inputs=types, convert_to=kind, skip_model_load=True, **precision).save(str(path))
    return path


def _measure(path: Path, inputs: dict[str, np.ndarray], precision: str) -> dict[str, Any]:
    engine = Model.load(path, Configuration(engine="torch", precision=precision, threads=1)).engine
    assert isinstance(engine, TorchEngine)
    _, counts = fuse(engine.lowered.module)
    plain = TorchEngine(**{**vars(engine), "module": engine.lowered.module})
    runs: dict[str, list[float]] = {"plain": [], "fused": []}
    for _ in range(_ROUNDS):
        for name, run in (("plain", plain.run), ("fused", engine.run)):
            runs[name].append(_milliseconds(partial(run, inputs)))
    both = plain.run(inputs).values(), engine.run(inputs).values()
    difference = max(float(np.abs(a - b).max()) for a, b in zip(*both, strict=True))
    medians = {name: round(statistics.median(times), 1) for name, times in runs.items()}
    ratio = round(medians["plain"] / medians["fused"], 2)
    return {**medians, "ratio": ratio, "difference": difference, "fusions": counts}


def _milliseconds(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    main()
