"""The content of a console for teaching a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bertkit.coreml.package import Package
from bertkit.errors import InputError
from bertkit.qa.personal import Personalization
from bertkit.qa.reader import Reader
from bertkit.widgets import blocks, texts
from bertkit.widgets.ask_document.values import name_of
from bertkit.widgets.before_after.panel import BeforeAfterPanel
from bertkit.widgets.html import Html, picture
from bertkit.widgets.jobs import JobCancelled, Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task
from bertkit.widgets.personalize.picture import draw_losses
from bertkit.widgets.personalize.plan import Plan, plan_of

_TITLE = "Personalize the reader"
_SECONDS_BETWEEN_REPORTS = 0.2
_EMPTY = "There are no corrections yet. Correct an answer with reader.correct(...), or in AskDocument."


class PersonalizePanel:
    """A reader's corrections, the update that learns them, and what became of it.

    Args:
        reader: whose corrections to learn.

    Attributes:
        update: the last update; None before the first one.
        on_change: called after an update began or ended, and after its result was kept or discarded.
    """

    kind = "personalize"
    title = _TITLE

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.update: Personalization | None = None
        self.on_change: Callable[[], None] = _nothing
        self._decided = ""

    @property
    def plan(self) -> Plan | None:
        """What will change; None until there is a correction."""
        personal = self.reader.personal
        if not len(personal.corrections):
            return None
        personal.prepare()
        return plan_of(Package.open(personal.store.path()))

    def view(self) -> dict[str, Json]:
        """Return the corrections, what will change, and where the update is."""
        personal, plan = self.reader.personal, self.plan
        shown = [[one.number, one.question, one.text, name_of(one.source)] for one in personal.corrections]
        return {
            "title": _TITLE,
            "version": personal.version,
            "versions": len(personal.store.versions) if personal.is_prepared else 1,
            "corrections": shown,
            "plan": None
            if plan is None
            else {
                "facts": [list(fact) for fact in plan.facts],
                "epochs": plan.epochs,
                "most_epochs": plan.most_epochs,
                "rate": f"{plan.learning_rate:g}",
                "highest_rate": f"{plan.highest_rate:g}",
            },
            "decided": self._decided,
            "losses": list(self._losses()),
            "report": self._report().view(),
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `start`, `pause`, `resume`, `keep`, `discard`, `rollback` and `delete`."""
        return {
            "start": self.start,
            "pause": self.pause,
            "resume": self.resume,
            "keep": self.keep,
            "discard": self.discard,
            "rollback": self.rollback,
            "delete": self.delete,
        }

    def start(self, epochs: int, rate: str) -> Task:
        """Learn the corrections; the loss so far is reported several times a second.

        Raises:
            InputError: there is no correction, or the head's file does not allow a value.
        """
        try:
            parameters = {"epochs": epochs, "learningRate": float(rate)}
        except ValueError as error:
            raise InputError(f"The learning rate must be a number, got {rate!r}.") from error

        def work(report: Reporter) -> Answer:
            update = self.reader.personalize(parameters=parameters)
            self.update, self._decided = update, ""
            update.resume()
            try:
                while not update.wait(_SECONDS_BETWEEN_REPORTS):
                    report(*update.progress, update.stage, self._state(update))
            except JobCancelled:
                update.cancel()
                update.wait()
                raise
            update.result(0)
            self.on_change()
            return Answer(self._state(update))

        return Task(work)

    def pause(self) -> Answer:
        """Let the update wait."""
        self._running().pause()
        return Answer(None)

    def resume(self) -> Answer:
        """Go on."""
        self._running().resume()
        return Answer(None)

    def keep(self, force: bool) -> Answer:
        """Put the new head in use; see `Personalization.keep`."""
        version = self._running().keep(even_if_it_forgets=force)
        return self._decide(f"Kept as version {version.number}. The reader answers with it from now on.")

    def discard(self) -> Answer:
        """Forget the new head."""
        self._running().discard()
        return self._decide("Discarded. The reader answers as before.")

    def rollback(self) -> Answer:
        """Use the version before."""
        number = self.reader.rollback()
        return self._decide(f"Rolled back to version {number}" + (", the reader as it came." if number == 0 else "."))

    def delete(self, number: int) -> Answer:
        """Delete a correction."""
        self.reader.corrections.delete(number)
        self.on_change()
        return Answer(None)

    def recordings(self) -> Iterable[Request]:
        """Return nothing: all is in the view, and a page trains nothing."""
        return ()

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return what will change, the corrections, the loss as a picture, and before and after."""
        plan, losses = self.plan, self._losses()
        if plan is None:
            return blocks.frame(_TITLE, "", blocks.note(_EMPTY))
        rows = [[str(one.number), one.question, one.text, name_of(one.source)] for one in self.reader.corrections]
        parts: list[Html] = [
            blocks.section("What may change", blocks.definitions(plan.facts), opened=True),
            blocks.section(
                f"Corrections ({len(rows)})", blocks.table(["", "question", "right words", "document"], rows)
            ),
        ]
        if losses:
            alt = f"Loss by epoch, from {losses[0]:.3f} to {losses[-1]:.3f} in {len(losses)} epochs"
            parts += [blocks.section("Loss", picture(draw_losses(losses), alt), opened=True)]
            parts += self._report().parts()
        if self._decided:
            parts.append(blocks.note(self._decided))
        return blocks.frame(_TITLE, f"version {self.reader.personal.version} in use", *parts)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the same in words."""
        plan = self.plan
        if plan is None:
            return f"{_TITLE}\n{_EMPTY}"
        rows = [[str(one.number), one.question, one.text] for one in self.reader.corrections]
        lines = [_TITLE, *texts.columns(plan.facts), "", *texts.columns([["", "question", "right words"], *rows])]
        if self._losses():
            lines += ["", "loss by epoch: " + " ".join(f"{loss:.3f}" for loss in self._losses())]
            lines += [self._report().text(selection)]
        return "\n".join([*lines, self._decided] if self._decided else lines)

    def _state(self, update: Personalization) -> dict[str, Json]:
        left = update.seconds_left
        return {
            "state": update.state.value,
            "stage": update.stage,
            "losses": list(update.loss_curve),
            "left": None if left is None else round(left),
        }

    def _running(self) -> Personalization:
        if self.update is None:
            raise InputError("There is no update. Press Start first.")
        return self.update

    def _losses(self) -> tuple[float, ...]:
        return () if self.update is None else self.update.loss_curve

    def _report(self) -> BeforeAfterPanel:
        return BeforeAfterPanel(None if self.update is None else self.update.report)

    def _decide(self, said: str) -> Answer:
        self._decided = said
        self.on_change()
        return Answer(said)


def _nothing() -> None:
    """Nobody listens."""
