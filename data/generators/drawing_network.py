"""The network that turns a drawing into 128 numbers: its torch form, and its training."""

from __future__ import annotations

import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from drawing_stock import Stock
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
_COSINE = 90  # epochs, were there that many
_WARM = 0.1  # of them
_COOLING = 24  # epochs at the end
_REMEMBERED = 0.995  # of the average of the weights, at every step


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


def images(drawings: list[Drawing]) -> Tensor:
    """Rasterize drawings: [drawings, 1, 32, 32] float32 of 0 to 1."""
    drawn = [rasterize(each, SIZE, line_width=LINE_WIDTH) for each in drawings]
    return torch.from_numpy(np.stack(drawn)[:, None].astype(np.float32) / 255)


class Training:
    """Teaches the network to tell classes apart, so that drawings of one class come to lie together.

    Args:
        drawings: of all classes.
        classes: of each drawing, from 0.
        epochs: in all.
        checkpoint: written after every epoch; if it is there, training goes on from it. The variations of the drawings
            are kept beside it.

    Attributes:
        network: its weights are an average over the last steps.
    """

    def __init__(self, drawings: list[Drawing], classes: list[int], epochs: int, checkpoint: Path) -> None:
        torch.manual_seed(0)
        self._learner = make_network().to(memory_format=torch.channels_last)
        self.network = copy.deepcopy(self._learner)
        stock = checkpoint.with_suffix(".npy")
        self._stock = Stock(drawings, lambda each, width: rasterize(each, SIZE, line_width=width), stock)
        self._classes = torch.tensor(classes)
        self._centers = nn.Parameter(torch.randn(max(classes) + 1, DIMENSIONS))
        self._epochs, self._checkpoint = epochs, checkpoint
        weights = [*self._learner.parameters(), self._centers]
        self._optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.05)
        self._epoch = 0
        if checkpoint.exists():
            self._restore(torch.load(checkpoint))

    def run(self, minutes: float) -> bool:
        """Train until all epochs are done, and say so, or the time is over."""
        until = time.monotonic() + minutes * 60
        while self._epoch < self._epochs and time.monotonic() < until:
            loss = self._run_epoch()
            self._epoch += 1
            self._save()
            if self._epoch % 4 == 0 or self._epoch == self._epochs:
                print(f"epoch {self._epoch} of {self._epochs}: loss {loss:.3f}", flush=True)
        return self._epoch >= self._epochs

    def _run_epoch(self) -> float:
        rng = np.random.default_rng(self._epoch)
        torch.manual_seed(self._epoch)
        self._learner.train()
        losses: list[float] = []
        steps = len(self._classes) // _BATCH
        for chosen in rng.permutation(len(self._classes))[: steps * _BATCH].reshape(steps, _BATCH):
            with torch.autocast("cpu", torch.bfloat16):
                found = self._learner(self._stock.batch(chosen, rng))
            cosines = found.float() @ functional.normalize(self._centers, dim=1).T
            loss = functional.cross_entropy(cosines * _SCALE, self._classes[chosen], label_smoothing=0.05)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.param_groups[0]["lr"] = _rate(self._epoch + len(losses) / steps, self._epochs)
            self._optimizer.step()
            losses.append(float(loss.detach()))
            self._average(self._epoch * steps + len(losses))
        return float(np.mean(losses))

    def _average(self, step: int) -> None:
        """Let the weights of the network follow the learner's, closely at first."""
        share = 1 - min(_REMEMBERED, (1 + step) / (10 + step))
        learned = self._learner.state_dict()
        for name, values in self.network.state_dict().items():
            if values.is_floating_point():
                values.lerp_(learned[name], share)

    def _save(self) -> None:
        networks = {"network": self.network.state_dict(), "learner": self._learner.state_dict()}
        state = {"optimizer": self._optimizer.state_dict(), "centers": self._centers.detach(), "epoch": self._epoch}
        torch.save({**networks, **state}, self._checkpoint)

    def _restore(self, state: dict) -> None:
        self.network.load_state_dict(state["network"])
        self._learner.load_state_dict(state["learner"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._centers.data.copy_(state["centers"])
        self._epoch = state["epoch"]


def _rate(epoch: float, epochs: int) -> float:
    """Return the learning rate: it rises, falls slowly along a cosine, and in the last epochs down to nothing."""
    done = epoch / _COSINE
    return _RATE * min(done / _WARM, 0.5 + 0.5 * math.cos(math.pi * done)) * min(1, (epochs - epoch) / _COOLING) + 1e-6
