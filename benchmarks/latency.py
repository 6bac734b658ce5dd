"""Latency and throughput of the embedded reader beside other ways to run the same weights on this CPU.

    python benchmarks/latency.py CHECKPOINT [--rounds 15] [--json out.json]

CHECKPOINT is the Hugging Face folder that the reader was converted from. Contenders take turns, one batch a turn, so
that whatever else the machine does falls on all of them; medians are reported, and ratios to the best rival.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from contenders import CONTENDERS, Files, export_onnx

from bertkit.resources import default_model

_LENGTH = 384
_BATCHES = (1, 8)
_WARM_UPS = 3
_PAUSE_SECONDS = 0.05


def window(batch: int) -> dict[str, np.ndarray]:
    """Return a full batch of random word pieces: every token is computed, none is padding."""
    generator = np.random.default_rng(0)
    ids = generator.integers(1000, 30000, (batch, _LENGTH), dtype=np.int32)
    types = np.repeat(np.arange(_LENGTH)[None, :] >= 16, batch, axis=0).astype(np.int32)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}


def work(name: str, files: Files, pipe: Connection) -> None:
    """Serve one contender: answer each batch size with (seconds, first logits), or with an error text."""
    try:
        run = CONTENDERS[name](files)
        batches = {size: window(size) for size in _BATCHES}
        for batch in batches.values():
            for _ in range(_WARM_UPS):
                run(batch)
        pipe.send(None)
        while (size := pipe.recv()) is not None:
            started = time.perf_counter()
            logits = run(batches[size])
            pipe.send((time.perf_counter() - started, np.asarray(logits)[0]))
    except Exception:
        pipe.send(traceback.format_exc())


def measure(files: Files, rounds: int) -> dict[str, dict[str, float]]:
    """Return latency, throughput and the worst logit difference to float32 eager for each contender."""
    context = multiprocessing.get_context("spawn")
    pipes: dict[str, Connection] = {}
    for name in CONTENDERS:
        pipe, other = context.Pipe()
        context.Process(target=work, args=(name, files, other), daemon=True).start()
        if (problem := pipe.recv()) is not None:
            print(f"{name} did not run:\n{problem}", file=sys.stderr)
        else:
            pipes[name] = pipe
    seconds: dict[tuple[str, int], list[float]] = {(name, size): [] for name in pipes for size in _BATCHES}
    logits: dict[str, np.ndarray] = {}
    for _ in range(rounds):
        for (name, size), taken in seconds.items():
            pipes[name].send(size)
            spent, logits[name] = pipes[name].recv()
            taken.append(spent)
            time.sleep(_PAUSE_SECONDS)
    for pipe in pipes.values():
        pipe.send(None)
    reference = logits["transformers eager float32"]
    return {
        name: {
            "latency_ms": 1000 * statistics.median(seconds[name, 1]),
            "windows_per_second": 8 / statistics.median(seconds[name, 8]),
            "worst_logit_difference": float(np.abs(logits[name] - reference).max()),
        }
        for name in pipes
    }


def report(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """Print the table and return bertkit's best over the best rival's, for latency and throughput (above 1: faster)."""
    print(f"{'contender':34s} {'ms, batch 1':>12s} {'windows/s, batch 8':>19s} {'worst logit diff.':>18s}")
    for name, row in sorted(rows.items(), key=lambda item: item[1]["latency_ms"]):
        latency, throughput, difference = row.values()
        print(f"{name:34s} {latency:12.1f} {throughput:19.1f} {difference:18.4f}")
    own = [row for name, row in rows.items() if name.startswith("bertkit")]
    rivals = [row for name, row in rows.items() if not name.startswith("bertkit")]
    ratios = {
        "latency": min(row["latency_ms"] for row in rivals) / min(row["latency_ms"] for row in own),
        "throughput": max(row["windows_per_second"] for row in own) / max(row["windows_per_second"] for row in rivals),
    }
    print("best of bertkit against the best rival: " + ", ".join(f"{k} {v:.2f}x" for k, v in ratios.items()))
    return ratios


def main() -> None:
    """Parse, export, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = Files(arguments.checkpoint, default_model(), *export_onnx(arguments.checkpoint, Path(folder)))
        rows = measure(files, arguments.rounds)
    ratios = report(rows)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"contenders": rows, "ratios": ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
