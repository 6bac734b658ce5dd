"""How the networks learn to tell classes of drawings apart."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from drawing_network import DIMENSIONS, make_network
from drawing_stock import Stock
from torch import nn
from torch.nn import functional

_BATCH = 128
_RATE = 4e-3
_WARM = 10  # epochs in which the rate rises to that
_SCALE = 14.0  # of cosines, before the softmax over classes
_TURNS = (0.4, 0.2, 0.2, 0.2)  # the shares of drawings turned by no, one, two and three quarters
_REMEMBERED = 0.995  # of the average of the weights, at every step


@dataclass(frozen=True)
class Course:
    """How long a network learns what; all in epochs.

    Attributes:
        epochs: in all.
        slope: after how many the learning rate would have fallen to nothing along a cosine.
        cooling: at the end, in which it falls to nothing for good.
        upright: before turned drawings come in. From then on a class turned by a quarter, a half or three quarters is a
            class of its own: with four times as many classes to tell apart, a network becomes better at new ones.
    """

    epochs: int
    slope: int
    cooling: int
    upright: int

    def rate(self, epoch: float) -> float:
        """Return the learning rate."""
        falling = 0.5 + 0.5 * math.cos(math.pi * epoch / self.slope)
        return _RATE * min(epoch / _WARM, falling) * min(1, (self.epochs - epoch) / self.cooling) + 1e-6


COURSES = (
    Course(epochs=128, slope=144, cooling=12, upright=68),
    Course(epochs=192, slope=192, cooling=12, upright=80),
)
"""One for each network of the model: of different courses they make different mistakes. Those that ship were trained in
parts, with other courses on the way; these are what they come to."""


class Training:
    """Teaches a network to tell classes apart, so that drawings of one class come to lie together.

    Args:
        stock: the drawings.
        classes: of each drawing, from 0.
        course: what is learned when.
        checkpoint: written after every epoch; if it is there, training goes on from it.

    Attributes:
        network: its weights are an average over the last steps.
    """

    def __init__(self, stock: Stock, classes: list[int], course: Course, checkpoint: Path) -> None:
        torch.manual_seed(0)
        self._learner = make_network().to(memory_format=torch.channels_last)
        self.network = copy.deepcopy(self._learner)
        self._stock, self._course, self._checkpoint = stock, course, checkpoint
        self._classes, self._class_count = torch.tensor(classes), max(classes) + 1
        self._centers = nn.Parameter(torch.randn(self._class_count * len(_TURNS), DIMENSIONS))
        weights = [*self._learner.parameters(), self._centers]
        self._optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.05, fused=True)
        self._epoch = 0
        if checkpoint.exists():
            self._restore(torch.load(checkpoint))

    def run(self, until: float) -> bool:
        """Train until all epochs are done, and say so, or `time.monotonic` is past `until`."""
        epochs = self._course.epochs
        while self._epoch < epochs and time.monotonic() < until:
            loss = self._run_epoch()
            self._epoch += 1
            self._save()
            if self._epoch % 4 == 0 or self._epoch == epochs:
                print(f"{self._checkpoint.stem}: epoch {self._epoch} of {epochs}: loss {loss:.3f}", flush=True)
        return self._epoch >= epochs

    def _run_epoch(self) -> float:
        rng = np.random.default_rng(self._epoch)
        torch.manual_seed(self._epoch)
        self._learner.train()
        losses: list[float] = []
        steps = len(self._classes) // _BATCH
        turned = self._epoch >= self._course.upright
        for chosen in rng.permutation(len(self._classes))[: steps * _BATCH].reshape(steps, _BATCH):
            quarters = rng.choice(len(_TURNS), _BATCH, p=_TURNS) if turned else np.zeros(_BATCH, np.int64)
            with torch.autocast("cpu", torch.bfloat16):
                found = self._learner(self._stock.batch(chosen, quarters, rng))
            centers = self._centers if turned else self._centers[: self._class_count]
            cosines = found.float() @ functional.normalize(centers, dim=1).T
            classes = self._classes[chosen] + self._class_count * torch.from_numpy(quarters)
            loss = functional.cross_entropy(cosines * _SCALE, classes, label_smoothing=0.05)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.param_groups[0]["lr"] = self._course.rate(self._epoch + len(losses) / steps)
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
