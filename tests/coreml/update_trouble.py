"""What two writers at once, a full disk and malformed examples do to models: `update_trouble.py FOLDER`.

A program of its own, because it forks and limits the size of files.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import update_networks as networks
from update_networks import Recipe

from bertkit.coreml import Package, save_model
from bertkit.coreml.update import ModelStore, UpdateTask
from bertkit.errors import BertkitError, FileError

_RECIPE = Recipe((2, 4, 4), (("conv", 4, 2, True), ("relu",), ("flatten",), ("dense", 64, True), ("dense", 5, True)))
_WAIT = 60
_JUNK: tuple[Any, ...] = (None, 1 + 2j, 1.5, "w", b"w", [], [7, 7], [[1], [2, 3]], {}, {"x": 1}, float("nan"), object())


@dataclass(frozen=True)
class Store:
    """A store with one learned version, and the result of the update that made it.

    Attributes:
        store: the store.
        context: the result, which can be kept again.
    """

    store: ModelStore
    context: Any

    @classmethod
    def make(cls, folder: Path, suffix: str) -> Store:
        """Make it in a folder that is there."""
        built = networks.build(_RECIPE, "adamOptimizer", batch=2, epochs=1)
        store = ModelStore.create(
            folder / f"store_{suffix}", save_model(folder / f"base.{suffix}", built.specification)
        )
        task = store.update(networks.examples_for(built, 4))
        task.resume()
        context = task.result(_WAIT)
        store.keep(context)
        return cls(store, context)


def two_writers(made: Store, keeps: int, wait_seconds: float) -> dict[str, int]:
    """Let two processes keep versions of one store at once, and read it all the while.

    Returns:
        How many versions the writers say they kept and were refused, how many the store has of them, how often it was
        read, and how many of those readings were torn.
    """
    folder = made.store.folder
    found = {"kept": 0, "refused": 0, "versions": 0, "readings": 0, "torn": 0}
    writers = [_fork_writer(folder, made.context, keeps, wait_seconds) for _ in range(2)]
    running = {process for process, _ in writers}
    while running:
        found["readings"] += 1
        found["torn"] += not _is_whole(ModelStore(folder))
        running -= {process for process in running if os.waitpid(process, os.WNOHANG)[0]}
    for _, pipe in writers:
        with os.fdopen(pipe) as said:
            kept, refused = map(int, said.read().split())
        found["kept"], found["refused"] = found["kept"] + kept, found["refused"] + refused
    found["versions"] = len(made.store.versions) - 2
    return found


def _fork_writer(folder: Path, context: Any, keeps: int, wait_seconds: float) -> tuple[int, int]:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    kept = refused = 0
    store = ModelStore(folder, wait_seconds=wait_seconds)
    for _ in range(keeps):
        try:
            store.keep(context)
            kept += 1
        except FileError as error:
            refused += "Another process writes" in str(error)
    os.write(writing, f"{kept} {refused}".encode())
    os._exit(0)


def _is_whole(store: ModelStore) -> bool:
    """Whether the version in use is the bytes that the index says."""
    version = store.current
    return Package.open(store.folder / version.file).digest == version.digest


def full_disk(made: Store) -> dict[str, int]:
    """Keep a version where files may have no more than some bytes, from none to one too few.

    Returns:
        How often it was tried, how often it was refused with a reason, and how often the store was as before.
    """
    store, content = made.store, made.context.package.specification.ByteSize()
    before, names = store.current, sorted(path.name for path in store.folder.iterdir())
    found = {"tried": 0, "refused": 0, "intact": 0}
    for limit in np.unique(np.linspace(0, content - 1, 25).astype(int)).tolist():
        found["tried"] += 1
        try:
            with _files_up_to(limit):
                store.keep(made.context)
        except FileError as error:
            found["refused"] += "File too large" in str(error)
        same = sorted(path.name for path in store.folder.iterdir()) == names
        found["intact"] += same and store.current == before and _is_whole(store)
    return found


@contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def malformed_examples(folder: Path, count: int) -> dict[str, int]:
    """Put junk in the place of one example, or of one of its values, before training.

    Returns:
        How often, and how often it was refused with the index of the example.
    """
    built = networks.build(_RECIPE)
    base = save_model(folder / "examples.mlmodel", built.specification)
    rows, rng = networks.examples_for(built, 8), np.random.default_rng(0)
    refused = 0
    for number in range(count):
        index, junk = int(rng.integers(len(rows))), _JUNK[number % len(_JUNK)]
        bad: list[Any] = list(rows)
        whole = bool(rng.integers(2))
        bad[index] = junk if whole else {**rows[index], str(rng.choice(list(rows[index]))): junk}
        try:
            UpdateTask(base, bad)
        except BertkitError as error:
            refused += f"Example {index}: " in str(error)
    return {"malformed": count, "refused": refused}


def main(folder: Path) -> None:
    """Print all figures."""
    torch.set_num_threads(1)
    for suffix in ("mlmodel", "mlpackage"):
        made = Store.make(folder, suffix)
        print(f"two writers, .{suffix}, each waits: {two_writers(made, 50, 60)}")
        print(f"two writers, .{suffix}, nobody waits: {two_writers(Store.make(folder / suffix, suffix), 50, 0)}")
        print(f"full disk, .{suffix}: {full_disk(made)}")
    print(f"examples: {malformed_examples(folder, 1000)}")


if __name__ == "__main__":
    for name in ("mlmodel", "mlpackage"):
        (Path(sys.argv[1]) / name).mkdir(parents=True)
    main(Path(sys.argv[1]))
