"""The network that turns a drawing into 128 numbers: its torch form, and its training."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from drawing_variations import vary
from torch import Tensor, nn
from torch.nn import functional

from bertkit.drawing import Drawing, rasterize

SIZE = 32
DIMENSIONS = 128
LINE_WIDTH = 2.0
_CHANNELS = (32, 64, 128, 192)
_BATCH = 128
_RATE = 4e-3
_SCALE = 14.0  # of cosines, before the softmax over classes
_WIDTHS = (1.4, 2.6)
_WARM = 0.1  # of the training


def make_network() -> nn.Sequential:
    """Return the embedding network: [drawings, 1, 32, 32] of 0 to 1 to [drawings, 128] of length 1."""
    one, two, three, four = _CHANNELS
    return nn.Sequential(
        *_block(1, one, 5, stride=2),
        *_block(one, two, 3),
        nn.MaxPool2d(2),
        *_block(two, three, 3),
        nn.MaxPool2d(2),
        *_block(three, four, 3),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(four * 16, DIMENSIONS),
        Normalize(),
    )


class Normalize(nn.Module):
    """Gives every row the length 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Divide each row by its length."""
        return functional.normalize(x, dim=1)


def _block(channels: int, out: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(channels, out, kernel, stride=stride, padding=kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(out), nn.ReLU()]


def images(drawings: list[Drawing], widths: np.ndarray | None = None) -> Tensor:
    """Rasterize drawings: [drawings, 1, 32, 32] float32 of 0 to 1."""
    widths = np.full(len(drawings), LINE_WIDTH) if widths is None else widths
    drawn = [rasterize(each, SIZE, line_width=float(width)) for each, width in zip(drawings, widths, strict=True)]
    return torch.from_numpy(np.stack(drawn)[:, None].astype(np.float32) / 255)


class Training:
    """Teaches the network to tell classes apart, so that drawings of one class come to lie together.

    Args:
        drawings: of all classes.
        classes: of each drawing, from 0.
        epochs: in all.
        checkpoint: written after every epoch; if it is there, training goes on from it.
    """

    def __init__(self, drawings: list[Drawing], classes: list[int], epochs: int, checkpoint: Path) -> None:
        torch.manual_seed(0)
        self.network = make_network()
        self._drawings, self._classes = drawings, torch.tensor(classes)
        self._centers = nn.Parameter(torch.randn(max(classes) + 1, DIMENSIONS))
        self._epochs, self._checkpoint = epochs, checkpoint
        weights = [*self.network.parameters(), self._centers]
        self._optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.05)
        self._epoch = 0
        if checkpoint.exists():
            self._restore(torch.load(checkpoint))

    def run(self, minutes: float, judge: Callable[[nn.Sequential], str]) -> bool:
        """Train until all epochs are done, and say so, or the time is over."""
        until = time.monotonic() + minutes * 60
        while self._epoch < self._epochs and time.monotonic() < until:
            loss = self._run_epoch()
            self._epoch += 1
            self._save()
            if self._epoch % 4 == 0 or self._epoch == self._epochs:
                print(f"epoch {self._epoch} of {self._epochs}: loss {loss:.3f}; {judge(self.network)}", flush=True)
        return self._epoch >= self._epochs

    def _run_epoch(self) -> float:
        rng = np.random.default_rng(self._epoch)
        torch.manual_seed(self._epoch)
        self.network.train()
        losses: list[float] = []
        steps = len(self._drawings) // _BATCH
        for chosen in rng.permutation(len(self._drawings))[: steps * _BATCH].reshape(steps, _BATCH):
            varied = [vary(self._drawings[position], rng) for position in chosen]
            found = self.network(images(varied, rng.uniform(*_WIDTHS, len(chosen))))
            cosines = found @ functional.normalize(self._centers, dim=1).T
            loss = functional.cross_entropy(cosines * _SCALE, self._classes[chosen], label_smoothing=0.05)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.param_groups[0]["lr"] = _rate((self._epoch + len(losses) / steps) / self._epochs)
            self._optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _save(self) -> None:
        state = {"network": self.network.state_dict(), "optimizer": self._optimizer.state_dict()}
        torch.save({**state, "centers": self._centers.detach(), "epoch": self._epoch}, self._checkpoint)

    def _restore(self, state: dict) -> None:
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._centers.data.copy_(state["centers"])
        self._epoch = state["epoch"]


def _rate(done: float) -> float:
    """Return the learning rate at a share of the training: it rises for a short while and then falls along a cosine."""
    return _RATE * min(done / _WARM, 0.5 + 0.5 * math.cos(math.pi * done)) + 1e-6
