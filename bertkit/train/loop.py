"""The loop: batches are learned until the steps or the clock run out. Imports torch."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from bertkit.errors import ModelError
from bertkit.train.batches import Batch, assemble, plan
from bertkit.train.encode import RowMaker
from bertkit.train.optimizer import rate_at, set_rate
from bertkit.train.place import Place
from bertkit.train.progress import Point, Progress, Report, Reporter
from bertkit.train.rows import Rows
from bertkit.train.schedule import Course
from bertkit.train.settings import Settings
from bertkit.train.stages.stage import Stage
from bertkit.train.state import Trained

_STEPS_OF_A_POINT = 10


@dataclass(frozen=True)
class Watch:
    """What is done between batches, on the clock.

    Attributes:
        every: training time between two times, in seconds.
        act: what is done.
    """

    every: float
    act: Callable[[], None]


class Loop:
    """Learns batch after batch.

    Args:
        settings: of the training.
        stage: where rows come from.
        maker: how rows are put together.
        trained: what changes; its learner is on the place's device.
        place: this process.
        progress: where to begin; kept up to date.
        clock: seconds since the training, or this part of it, began.
    """

    def __init__(
        self,
        settings: Settings,
        stage: Stage,
        maker: RowMaker,
        trained: Trained,
        place: Place,
        progress: Progress,
        clock: Callable[[], float],
    ) -> None:
        self._settings, self._stage, self._maker, self._place = settings, stage, maker, place
        self._trained, self._progress, self._clock = trained, progress, clock
        self._module = _joined(trained.learner, settings, place)
        self._losses: list[torch.Tensor] = []
        self._rate = 0.0
        self._before = progress.tokens, progress.seconds

    @property
    def seconds(self) -> float:
        """Wall-clock time of the whole training, its earlier parts included."""
        return self._before[1] + self._clock()

    def run(self, report: Reporter, stop: Callable[[], bool], watches: tuple[Watch, ...] = ()) -> bool:
        """Learn until the end.

        Args:
            report: called after each batch.
            stop: asked before each batch; true ends the loop.
            watches: what is done from time to time.

        Returns:
            Whether the end was reached; False where `stop` said so.

        Raises:
            ModelError: the loss is no longer a finite number.
        """
        progress = self._progress
        due = [self.seconds + watch.every for watch in watches]
        self._trained.learner.train()
        while True:
            rows = self._stage.rows(progress.epoch)
            batches = self._batches(rows)
            course = Course.of(self._settings, progress.epoch_steps)
            for batch in batches[progress.batch :]:
                stopped, seconds = self._place.highest(float(stop()), self.seconds)
                if course.fraction(progress.step, seconds) >= 1 or stopped:
                    self._note()
                    return not stopped
                rate = rate_at(course.fraction(progress.step + 0.5, seconds), self._settings)
                self._learn(assemble(rows, batch, self._maker.pair), rate)
                report(self._report(course))
                for index, watch in enumerate(watches):
                    if self.seconds >= due[index]:
                        self._note()
                        watch.act()
                        due[index] = self.seconds + watch.every
            progress.epoch, progress.batch = progress.epoch + 1, 0

    def _batches(self, rows: Rows) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
        """Return this process's batches of the epoch."""
        rng = np.random.default_rng([self._settings.seed, self._progress.epoch, 1])
        count = self._place.count
        batches = plan(rows.lengths, self._settings.batch_tokens, rng, count)[self._place.rank :: count]
        if self._progress.epoch_steps == 0:
            self._progress.epoch_steps = len(batches)
        return batches

    def _learn(self, batch: Batch, rate: float) -> None:
        settings, optimizer, progress = self._settings, self._trained.optimizer, self._progress
        torch.manual_seed(_seed(settings.seed, progress.step, self._place.rank))
        set_rate(optimizer, rate)
        self._rate = rate
        with self._place.autocast():
            loss = self._module(batch.to(self._place.device))
        loss.backward()
        nn.utils.clip_grad_norm_(self._trained.learner.parameters(), settings.clip)
        optimizer.step()
        optimizer.zero_grad()
        progress.step += 1
        progress.batch += 1
        progress.tokens += batch.tokens * self._place.count
        self._trained.average.update(progress.step)
        self._losses.append(loss.detach())
        if progress.step % _STEPS_OF_A_POINT == 0:
            self._note()

    def _note(self) -> None:
        """Add a point to the curve."""
        if not self._losses:
            return
        progress = self._progress
        loss = float(torch.stack(self._losses).mean())
        self._losses.clear()
        if not math.isfinite(loss):
            raise ModelError(
                f"The loss is {loss} at step {progress.step}: the training has diverged. Begin again with a lower rate."
            )
        progress.curve.append(Point(progress.step, progress.tokens, round(self.seconds, 3), loss, self._rate))

    def _report(self, course: Course) -> Report:
        progress, seconds = self._progress, self.seconds
        fraction = course.fraction(progress.step, seconds)
        return Report(
            fraction=fraction,
            step=progress.step,
            loss=progress.curve[-1].loss if progress.curve else None,
            tokens_per_second=(progress.tokens - self._before[0]) / max(1e-9, seconds - self._before[1]),
            seconds_left=seconds / max(1e-9, fraction) - seconds,
            score=progress.scores[-1] if progress.scores else None,
        )


def _joined(learner: nn.Module, settings: Settings, place: Place) -> nn.Module:
    """Return what is called with a batch: compiled, and joined with the other processes, where that is wanted."""
    module = learner
    if settings.compile:
        module.compile(dynamic=True)
    if place.count > 1:
        module = nn.parallel.DistributedDataParallel(module)
    return module


def _seed(seed: int, step: int, rank: int) -> int:
    """Return the seed of one batch's dropout, so that no random state has to be kept."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{step}/{rank}".encode(), digest_size=7).digest(), "big")
