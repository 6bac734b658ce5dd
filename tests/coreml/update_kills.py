"""Kills updates at random moments and looks at what is left: `update_kills.py FOLDER SUFFIX KILLS`.

A program of its own, because it forks: every update runs in a child that is killed with SIGKILL, and the next one goes
on from what is left. When an update is done, its result must be the bytes of one that was never interrupted.
`make reliability` kills 200 times in each format.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Package, save_model
from bertkit.coreml.update import UpdateTask
from bertkit.coreml.update.checkpoint import Checkpoint

_RECIPE = Recipe((2, 4, 4), (("conv", 4, 2, True), ("relu",), ("flatten",), ("dense", 64, True), ("dense", 5, True)))


def _update(base: Path, rows: list[dict[str, object]], checkpoint: Path, target: Path) -> None:
    task = UpdateTask(base, rows, checkpoint=checkpoint, checkpoint_seconds=0)
    task.resume()
    task.result().save(target)
    checkpoint.unlink(missing_ok=True)


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
    return child


def _ended(child: int) -> bool:
    """Wait for a child; true if it came to its end, false if it was killed."""
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit("an update failed")
    return os.WIFEXITED(status)


def _bytes(path: Path) -> bytes | None:
    """Return the specification at `path`, opened as a user would; None before there is one."""
    if not path.exists():
        return None
    return Package.open(path).specification_path.read_bytes()


def main(folder: Path, suffix: str, kills: int) -> None:
    torch.set_num_threads(1)
    built = networks.build(_RECIPE, "adamOptimizer", batch=2, epochs=4)
    base = save_model(folder / f"base.{suffix}", built.specification)
    whole, target, checkpoint = folder / f"whole.{suffix}", folder / f"mine.{suffix}", folder / "checkpoint"
    rng = random.Random(7)
    done = lost = right = examples_seed = 0
    while done < kills:
        examples_seed += 1
        rows = networks.examples_for(built, 12, examples_seed)
        started = time.monotonic()
        _ended(_fork(lambda rows=rows: _update(base, rows, folder / "other", whole)))
        seconds = time.monotonic() - started
        before, killed = _bytes(target), 0
        while True:
            child = _fork(lambda rows=rows: _update(base, rows, checkpoint, target))
            if done < kills:
                time.sleep(rng.uniform(0, seconds))
                os.kill(child, signal.SIGKILL)
            if _ended(child):
                break
            done, killed = done + 1, killed + 1
            lost += _bytes(target) not in (before, _bytes(whole))
            if checkpoint.exists():
                Checkpoint.load(checkpoint)
        right += killed * (_bytes(target) == _bytes(whole))
    print(f"kills {done}, models lost {lost}, resumed right {right}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
