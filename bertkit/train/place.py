"""Where a training runs: one processor, one GPU, or several processes of `torchrun`. Imports torch."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed

from bertkit.errors import InputError
from bertkit.train.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """One process of a training.

    Attributes:
        device: where tensors are.
        precision: `bfloat16` or `float32`.
        rank: number of this process.
        count: how many processes there are.
    """

    device: torch.device
    precision: str
    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this process writes files and reports."""
        return self.rank == 0

    def autocast(self) -> AbstractContextManager[object]:
        """Return a context in which matrices are multiplied in the precision."""
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def highest(self, *values: float) -> tuple[float, ...]:
        """Return each value's maximum over all processes."""
        if self.count == 1:
            return values
        shared = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(shared, distributed.ReduceOp.MAX)
        return tuple(float(value) for value in shared)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.count > 1:
            distributed.barrier()


@contextmanager
def placed(settings: Settings) -> Iterator[Place]:
    """Yield this process's place; processes that `torchrun` started are joined for the time of the block.

    Raises:
        InputError: the device or the precision is not there.
    """
    if settings.threads is not None:
        torch.set_num_threads(settings.threads)
    count, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    device = _device(settings.device)
    place = Place(device, _precision(settings.precision, device), rank, count)
    if count == 1:
        yield place
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield place
    finally:
        distributed.destroy_process_group()


def _device(wanted: str) -> torch.device:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InputError("There is no CUDA device here, or this torch has no support for it. Use --device cpu.")
    if wanted == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def _precision(wanted: str, device: torch.device) -> str:
    able = _has_bfloat16(device)
    if wanted == "bfloat16" and not able:
        raise InputError(f"{device} does not compute in bfloat16. Use --set precision=float32.")
    return "bfloat16" if able and wanted != "float32" else "float32"


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    mkldnn: Any = torch.backends.mkldnn
    return bool(mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported())
