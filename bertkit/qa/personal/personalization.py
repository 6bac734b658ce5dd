"""One update of a reader from its corrections: read, train, judge, keep or discard."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bertkit.coreml import Configuration, Model
from bertkit.coreml.update import TaskState, UpdateContext, UpdateTask, Version
from bertkit.errors import BertkitError, InputError
from bertkit.qa.personal.general import general_questions
from bertkit.qa.personal.lesson import Known, Lesson
from bertkit.qa.personal.personal import Personal
from bertkit.qa.personal.report import Group, Item, Report

_LEAST_TO_HOLD_BACK = 5
_MOST_COPIES = 4
_logger = logging.getLogger(__name__)


class _CancelledError(Exception):
    """The update was cancelled before or after its training."""


class Personalization:
    """An update of a reader, in a thread of its own.

    `resume` begins it and returns at once: the encoder reads every correction, the head is trained, and old and new
    head answer what was taught, what was held back and the general questions. Then `keep` or `discard` it.

    Args:
        personal: whose corrections to learn.
        hold_back: share of the corrections that are not learned but judged by, from 0 to below 1; of fewer than five
            none is.
        repeat: whether half of the general questions are learned again beside the corrections.
        parameters: of the training, by name, within the limits of the head's file: `learningRate`, `epochs`...
        clock: seconds, rising.

    Raises:
        InputError: there is no correction, or the share is out of range.
    """

    def __init__(
        self,
        personal: Personal,
        *,
        hold_back: float = 0.2,
        repeat: bool = True,
        parameters: Mapping[Any, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        known = personal.known()
        if not known:
            raise InputError("There is no correction to learn from. Add some with reader.correct(...).")
        if not 0 <= hold_back < 1:
            raise InputError(f"hold_back must be from 0 to below 1, got {hold_back}.")
        personal.prepare()
        self.personal = personal
        self.parameters = dict(parameters or {})
        self.taught, self.held_back = _split(known, hold_back)
        to_repeat, self._general = general_questions()
        self._repeated = to_repeat if repeat else []
        self._clock = clock
        self._state = TaskState.SUSPENDED
        self._stage, self._done, self._total = "waiting", 0, 0
        self._error: Exception | None = None
        self._task: UpdateTask | None = None
        self._context: UpdateContext | None = None
        self._report: Report | None = None
        self._running, self._cancelled, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._began = 0.0

    @property
    def state(self) -> TaskState:
        """Suspended, running, cancelling, completed or failed."""
        return self._state

    @property
    def stage(self) -> str:
        """What is done now: `waiting`, `reading`, `training`, `judging` or `done`."""
        return self._stage

    @property
    def progress(self) -> tuple[int, int]:
        """How much of the present stage is done, and of how much."""
        if self._stage == "training" and self._task is not None:
            return round(100 * self._task.fraction), 100
        return self._done, self._total

    @property
    def loss_curve(self) -> tuple[float, ...]:
        """The mean loss of each epoch so far."""
        return () if self._task is None else self._task.loss_curve

    @property
    def error(self) -> Exception | None:
        """Why it failed; None otherwise."""
        return self._error

    @property
    def report(self) -> Report | None:
        """What changed; None before the end."""
        return self._report

    @property
    def seconds_left(self) -> float | None:
        """How long the present stage still takes, about; None while that is not known."""
        done, total = self.progress
        if self._state is not TaskState.RUNNING or not done or not total:
            return None
        return (self._clock() - self._began) * (total - done) / done

    def resume(self) -> None:
        """Begin, or go on after a pause.

        Raises:
            InputError: it has ended.
        """
        if self._state not in (TaskState.SUSPENDED, TaskState.RUNNING):
            raise InputError(f"This update is {self._state.value}. Make a new one with reader.personalize().")
        self._state = TaskState.RUNNING
        self._running.set()
        if self._task is not None and self._task.state is TaskState.SUSPENDED:
            self._task.resume()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="bertkit-personalize", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Stop within the present mini-batch or question until `resume`."""
        if self._state is TaskState.RUNNING:
            self._state = TaskState.SUSPENDED
            self._running.clear()
            if self._task is not None:
                self._task.pause()

    def cancel(self) -> None:
        """End it within the present mini-batch or question; nothing is changed."""
        if self._state not in (TaskState.SUSPENDED, TaskState.RUNNING):
            return
        self._state = TaskState.CANCELLING
        self._cancelled.set()
        self._running.set()
        if self._task is not None:
            self._task.cancel()
        if self._thread is None:
            self._end(InputError("The update was cancelled before it began."))

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came within `timeout` seconds."""
        return self._ended.wait(timeout)

    def result(self, timeout: float | None = None) -> Report:
        """Wait for the end and return what changed.

        Raises:
            TimeoutError: it has not ended within `timeout` seconds.
            BertkitError: it failed or was cancelled, or was never begun.
        """
        if self._thread is None and not self._ended.is_set():
            raise InputError("The update was not begun. Call resume() first.")
        if not self.wait(timeout):
            raise TimeoutError("The update has not ended.")
        if self._report is None:
            raise BertkitError(f"The update has no result: {self._error}")
        return self._report

    def keep(self, *, even_if_it_forgets: bool = False) -> Version:
        """Save the new head and let the reader answer with it; `reader.rollback()` goes back.

        Args:
            even_if_it_forgets: keep it although it loses more on the general questions than the report's limit.

        Raises:
            InputError: it forgets too much.
            BertkitError: there is no result.
            FileError: it cannot be saved; everything is as it was.
        """
        report = self.result(0)
        if report.forgets and not even_if_it_forgets:
            raise InputError(
                f"The new head loses {report.general_loss:.1f} F1 on the general questions, more than "
                f"{report.limit:g}. "
                "Add corrections, lower the learning rate or the epochs, or keep it with even_if_it_forgets=True."
            )
        if self._context is None:
            raise BertkitError("The update was discarded.")
        version = self.personal.store.keep(self._context)
        self.personal.use_current()
        return version

    def discard(self) -> None:
        """Forget the new head; the reader answers as before."""
        self._context = None

    def _work(self) -> None:
        try:
            taught = self._read("corrections", self.taught)
            held_back = self._read("held-back corrections", self.held_back)
            repeated = self._read("general questions", self._repeated)
            general = self._read("general questions", self._general)
            self._context = self._train([*taught * copies_of(len(taught), len(repeated)), *repeated])
            self._report = self._judge(taught, held_back, general)
        except _CancelledError:
            self._end(InputError("The update was cancelled. Nothing is changed."))
        except Exception as error:  # handed to whoever waits
            _logger.debug("a personalization failed", exc_info=error)
            self._end(error)
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        self._error = error
        self._state = TaskState.COMPLETED if error is None else TaskState.FAILED
        self._stage = "done"
        self._ended.set()

    def _read(self, what: str, known: Sequence[Known]) -> list[Lesson]:
        self._begin("reading", len(known))
        lessons = []
        for lesson in self.personal.lessons(known):
            lessons.append(lesson)
            self._step(len(lessons))
        return lessons

    def _train(self, lessons: Sequence[Lesson]) -> UpdateContext:
        examples = [example for lesson in lessons for example in lesson.examples()]
        configuration = Configuration(engine="torch", parameters=self.parameters)
        # Training takes seconds once the encoder has read: there is nothing worth a checkpoint.
        self._task = self.personal.store.update(examples, configuration, checkpoint=None)
        self._begin("training", 100)
        self._step(0)
        self._task.resume()
        try:
            return self._task.result()
        except BertkitError:
            if self._cancelled.is_set():
                raise _CancelledError from None
            raise

    def _judge(self, *groups: Sequence[Lesson]) -> Report:
        if self._context is None:
            raise _CancelledError
        before, after = self.personal.head(), self._context.model
        self._begin("judging", sum(map(len, groups)))
        judged = [tuple(self._item(one, before, after) for one in group) for group in groups]
        taught, held_back, general = judged
        return Report(Group("taught", taught), Group("held back", held_back), Group("general", general))

    def _item(self, lesson: Lesson, before: Model, after: Model) -> Item:
        self._step(self._done + 1)
        known, old, new = lesson.known, lesson.answer(before), lesson.answer(after)
        source, right = known.document.source, known.answers[0]
        return Item(known.question, right, source, old, new, lesson.grade(old)[0], lesson.grade(new)[0])

    def _begin(self, stage: str, total: int) -> None:
        self._stage, self._done, self._total, self._began = stage, 0, total, self._clock()

    def _step(self, done: int) -> None:
        """Count, and stop here while paused."""
        self._done = done
        self._running.wait()
        if self._cancelled.is_set():
            raise _CancelledError


def copies_of(taught: int, repeated: int) -> int:
    """Return how often each correction is learned in an epoch, so that general questions do not drown a few."""
    return max(1, min(_MOST_COPIES, repeated // taught))


def _split(known: Sequence[Known], hold_back: float) -> tuple[list[Known], list[Known]]:
    """Choose what is held back by what is asked, so that a correction stays on its side as others are added."""
    count = int(len(known) * hold_back) if len(known) >= _LEAST_TO_HOLD_BACK else 0
    order = sorted(known, key=lambda one: hashlib.blake2b(f"{one.question}\0{one.start}".encode()).digest())
    held_back = set(map(id, order[:count]))
    return [one for one in known if id(one) not in held_back], [one for one in known if id(one) in held_back]
