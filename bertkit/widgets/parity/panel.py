"""The content of a comparison with the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bertkit.insight.parity import TOLERANCE, Parity, compare_modules
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import shortened
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task
from bertkit.widgets.parity import values
from bertkit.widgets.parity.static import static_parity
from bertkit.widgets.parity.text import text_parity

if TYPE_CHECKING:
    from bertkit.coreml.configuration import EngineName
    from bertkit.qa.progress import ProgressCallback

_LONGEST_TITLE = 80


def _nothing() -> None:
    """Nobody watches."""


class ParityPanel:
    """How far each module of a file is off the original. Nothing is compared before it is asked for.

    Args:
        subject: a reader whose file bertkit wrote.
        checkpoint: what it was converted from: a folder, or an id on the Hugging Face hub.
        example: the question and the window.
        tolerance: largest error of a module that passes.
        engines: whose final answers to compare besides the reader's own.

    Attributes:
        parity: what was found; None before the first comparison.
        on_change: called after a comparison.
    """

    kind = "parity"

    def __init__(
        self,
        subject: Subject,
        checkpoint: str | Path,
        example: Example,
        tolerance: float = TOLERANCE,
        engines: Sequence[EngineName] = (),
    ) -> None:
        self.subject = subject
        self.checkpoint = checkpoint
        self.example = example
        self.tolerance = tolerance
        self.engines = tuple(engines)
        self.parity: Parity | None = None
        self.on_change: Callable[[], None] = _nothing

    @property
    def title(self) -> str:
        """The question."""
        return shortened(self.example.question, _LONGEST_TITLE)

    def view(self) -> dict[str, Json]:
        """Return what was found."""
        return {
            "title": self.title,
            "facts": values.facts(self.subject, self.checkpoint, self.example),
            "note": values.NOTE,
            "tolerance": self.tolerance,
            "parity": None if self.parity is None else values.parity_values(self.parity),
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `compare`."""
        return {"compare": self.compare}

    def compare(self) -> Task:
        """Compare module by module; each report brings what is known so far."""

        def work(report: Reporter) -> Answer:
            latest: list[Parity] = []

            def keep(known: Parity) -> None:
                latest[:] = [known]

            def progress(done: int, total: int) -> None:
                report(done, total, "comparing, module", values.parity_values(latest[0], complete=False))

            report(0, 0, "opening the original")
            return Answer(values.parity_values(self.run(progress, keep)))

        return Task(work)

    def run(self, progress: ProgressCallback | None = None, partial: Callable[[Parity], None] | None = None) -> Parity:
        """Compare now and keep the result; see `bertkit.insight.compare_modules` for what it may raise."""
        self.parity = compare_modules(
            self.subject,
            self.checkpoint,
            self.example,
            tolerance=self.tolerance,
            engines=self.engines,
            progress=progress,
            partial=partial,
        )
        self.on_change()
        return self.parity

    def recordings(self) -> Iterable[Request]:
        """Return nothing: what was found is in the view."""
        return ()

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the errors as a picture and a table, and the final answers."""
        return static_parity(self.title, values.facts(self.subject, self.checkpoint, self.example), self.parity)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the errors as a table, and the final answers."""
        return text_parity(self.title, values.facts(self.subject, self.checkpoint, self.example), self.parity)
