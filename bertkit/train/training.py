"""The whole road from a checkpoint and data to a better checkpoint."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bertkit.bert.card import RECORD_FILE
from bertkit.bert.checkpoint import Checkpoint
from bertkit.coreml.update.duration import seconds_of
from bertkit.dependencies import require
from bertkit.errors import FileError, InputError
from bertkit.files import replaced_folder
from bertkit.qa.datasets import KnownQuestion, read_questions
from bertkit.train.encode import RowMaker
from bertkit.train.interrupt import interruptible
from bertkit.train.origin import Origin
from bertkit.train.progress import Progress, Reporter
from bertkit.train.record import Record
from bertkit.train.score import Score, measure, spread
from bertkit.train.settings import Settings
from bertkit.train.sources import Source, find_sources
from bertkit.train.stages.stage import Material, Stage, make_stage

if TYPE_CHECKING:
    from bertkit.train.loop import Loop, Watch
    from bertkit.train.place import Place
    from bertkit.train.state import Trained

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Training:
    """How a training ended.

    Attributes:
        path: the new checkpoint, or where the interrupted training is kept.
        finished: whether it came to its end.
        steps: batches learned.
        tokens: tokens learned.
        seconds: wall-clock time.
        loss: of late.
        score: on the development file; None without one, or before the end.
    """

    path: Path
    finished: bool
    steps: int
    tokens: int
    seconds: float
    loss: float | None
    score: Score | None

    def summary(self) -> str:
        """Return it in a line or two."""
        what = "Wrote" if self.finished else "Interrupted; the state is in"
        loss = "" if self.loss is None else f", loss {self.loss:.3f}"
        line = f"{what} {self.path}: {self.steps} steps, {self.tokens:,} tokens in {self.seconds / 60:.1f} min{loss}."
        return line if self.score is None else f"{line}\n{self.score.summary()}."


def train(
    checkpoint: str | Path,
    out: str | Path,
    settings: Settings,
    *,
    resume: bool = False,
    report: Reporter | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Training:
    """Train a checkpoint.

    While it trains, its state is kept in a folder beside `out`, from which an interrupted training goes on to the same
    weights as one that was not interrupted (on one kind of machine, with the same number of threads and processes;
    where a wall-clock budget is given, the rate follows the clock). Ctrl-C ends it after the batch that it is learning.

    Args:
        checkpoint: the folder of a Hugging Face checkpoint of a supported family, or an id on the hub. Without a span
            head it gets a new one.
        out: the folder to write.
        settings: how to train.
        resume: go on with the training that was interrupted.
        report: called after each batch.
        stop: asked before each batch; true interrupts.
        clock: a clock in seconds.

    Raises:
        InputError: a setting does not fit, or `out` or the state of another training is in the way.
        FileError: a file cannot be read or written.
        CheckpointError: the checkpoint is incomplete.
        ModelError: the training diverges.
        DependencyError: a package of the extra `convert` is missing.
    """
    require("transformers", "convert", "train a model")
    from bertkit.train.place import placed

    begun = clock()
    out = Path(out)
    state = out.with_name(f"{out.name}.training")
    _check_folders(out, state, resume)
    job = _Job.of(Checkpoint.open(checkpoint, with_head=False), settings)
    with placed(settings) as place, interruptible() as asked:
        trained, progress = job.begin(place, state if resume else None)
        place.wait()
        loop = job.loop(trained, place, progress, lambda: clock() - begun)
        watches = job.watches(trained, place, progress, loop, state)
        finished = loop.run(
            report if report is not None and place.is_first else lambda _: None,
            lambda: asked() or (stop is not None and stop()),
            watches,
        )
        progress.seconds = loop.seconds
        if place.is_first:
            if finished:
                job.finish(trained, place, progress, out)
                shutil.rmtree(state, ignore_errors=True)
            else:
                job.keep(trained, progress, loop.seconds, state)
        place.wait()
    return _training(out if finished else state, finished, progress)


def _training(path: Path, finished: bool, progress: Progress) -> Training:
    loss = progress.curve[-1].loss if progress.curve else None
    score = progress.scores[-1] if finished and progress.scores else None
    return Training(path, finished, progress.step, progress.tokens, progress.seconds, loss, score)


def _check_folders(out: Path, state: Path, resume: bool) -> None:
    if out.exists():
        raise InputError(f"{out} exists already. Name another folder, or remove it.")
    if not out.parent.is_dir():
        raise FileError(f"The folder {out.parent} does not exist. Create it first.")
    if resume and not state.is_dir():
        raise InputError(f"There is nothing to resume: {state} does not exist. Leave --resume out to begin.")
    if not resume and state.exists():
        raise InputError(f"{state} holds an interrupted training. Go on with --resume, or remove it to begin anew.")


@dataclass(frozen=True)
class _Job:
    """What a training is made of, apart from what changes."""

    checkpoint: Checkpoint
    settings: Settings
    sources: tuple[Source, ...]
    maker: RowMaker
    stage: Stage
    questions: list[KnownQuestion]
    origin: Origin

    @classmethod
    def of(cls, checkpoint: Checkpoint, settings: Settings) -> _Job:
        sources = tuple(find_sources(settings.data))
        maker = RowMaker.of(checkpoint, settings)
        questions = read_questions(settings.dev) if settings.dev else []
        if settings.dev and not any(question.answers for question in questions):
            raise InputError(f"{settings.dev} has no question with an answer; F1 needs some.")
        _check_separate(sources, settings.dev)
        stage = make_stage(Material(settings, sources, maker))
        origin = Origin.of(checkpoint.folder, sources, settings)
        return cls(checkpoint, settings, sources, maker, stage, questions, origin)

    def begin(self, place: Place, state: Path | None) -> tuple[Trained, Progress]:
        """Return what is trained and where it is, from the beginning or as it was kept."""
        from bertkit.train.attention import use_plain_products
        from bertkit.train.average import Average
        from bertkit.train.network import open_network
        from bertkit.train.optimizer import make_optimizer
        from bertkit.train.residuals import use_half_sums
        from bertkit.train.state import Trained, load

        network = open_network(self.checkpoint, self.settings)
        if place.device.type == "cpu" and place.precision == "bfloat16":
            use_plain_products(network)
        use_half_sums(network)
        learner = self.stage.learner(network).to(place.device)
        optimizer = make_optimizer(learner, self.settings)
        trained = Trained(learner, optimizer, Average(learner, self.settings.average))
        return trained, Progress() if state is None else load(state, trained, self.origin)

    def loop(self, trained: Trained, place: Place, progress: Progress, clock: Callable[[], float]) -> Loop:
        from bertkit.train.loop import Loop

        return Loop(self.settings, self.stage, self.maker, trained, place, progress, clock)

    def watches(self, trained: Trained, place: Place, progress: Progress, loop: Loop, state: Path) -> tuple[Watch, ...]:
        """Return what is done from time to time: the state is kept, the network is asked questions."""
        from bertkit.train.loop import Watch

        if not place.is_first:
            return ()
        some = spread(self.questions, self.settings.evaluate_limit)
        keep = Watch(
            seconds_of(self.settings.checkpoint_every),
            lambda: self.keep(trained, progress, loop.seconds, state),
        )
        if not (self.questions and self.settings.evaluate_every):
            return (keep,)
        ask = Watch(
            seconds_of(self.settings.evaluate_every),
            lambda: self.ask(trained, place, progress, loop.seconds, some),
        )
        return keep, ask

    def keep(self, trained: Trained, progress: Progress, seconds: float, state: Path) -> None:
        """Write the training's state."""
        from bertkit.train.state import save

        progress.seconds = seconds
        save(state, trained, progress, self.origin)

    def ask(
        self, trained: Trained, place: Place, progress: Progress, seconds: float, questions: list[KnownQuestion]
    ) -> None:
        """Add a score of the averaged weights to the progress."""
        network = trained.learner.get_submodule("network")
        with trained.average.in_place():
            score = measure(network, questions, self.maker, place, progress.step, round(seconds, 1))
        progress.scores.append(score)
        _log.info("after %d steps: %s", progress.step, score.summary())

    def finish(self, trained: Trained, place: Place, progress: Progress, out: Path) -> None:
        """Ask all questions, and write the checkpoint with its record."""
        import torch

        from bertkit import __version__
        from bertkit.train.network import write_network

        if self.questions:
            self.ask(trained, place, progress, progress.seconds, self.questions)
        device = f"{place.count} x {place.device.type}, {place.precision}, {torch.get_num_threads()} threads"
        versions = {"bertkit": __version__, "torch": torch.__version__}
        record = Record.of(self.origin, self.sources, progress, device, versions)
        with replaced_folder(out) as staging, trained.average.in_place():
            network = trained.learner.get_submodule("network")
            write_network(network, self.checkpoint, staging, self.settings.storage)
            (staging / RECORD_FILE).write_text(record.to_json(), "utf-8")


def _check_separate(sources: tuple[Source, ...], dev: str) -> None:
    if dev and any(source.path.resolve() == Path(dev).resolve() for source in sources):
        raise InputError(f"{dev} is named as data and as the development file. It must not be learned from.")
