"""The workbench in a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bertkit.errors import InputError
from bertkit.insight import Subject
from bertkit.insight.subject import Array
from bertkit.qa import Document, Reader
from bertkit.qa.answers import Result
from bertkit.widgets.widget import Widget
from bertkit.widgets.workbench.compare import Comparison
from bertkit.widgets.workbench.panel import WorkbenchPanel
from bertkit.widgets.workbench.run import Run

_EXAMPLE = "lighthouses.txt"
_SUGGESTIONS = 4


class Workbench(Widget):
    """Modules, layers, live values for one question, and the answer, all selecting together.

    Args:
        model_or_reader: a reader, or the path of a file that `bertkit convert` wrote; the embedded reader when None.
        document: what is asked, or the path of a file; an example document when None.
        question: to ask at once.
        compare: a second reader or path of the same structure, to show beside the first as B; for example the same
            reader after it was personalized.
        state: what `.state` returned, to restore that view.

    Raises:
        FileError: nothing is at a path, or it cannot be read.
        ModelError: the model does not carry what a reader needs.
        InputError: the question is too long, or the state is none.
        UnsupportedError: bertkit did not write the file.

    Example:
        >>> from bertkit.widgets import Workbench  # doctest: +SKIP
        >>> Workbench(question="Who built the first lighthouse on the reef?")  # doctest: +SKIP
    """

    def __init__(
        self,
        model_or_reader: str | Path | Reader | None = None,
        document: Document | Path | None = None,
        question: str | None = None,
        *,
        compare: str | Path | Reader | None = None,
        state: str | None = None,
    ) -> None:
        subjects = [_subject(model_or_reader)]
        if compare is not None:
            subjects.append(_subject(compare))
        opened = _document(document)
        self._bench = WorkbenchPanel(subjects, opened, suggestions(opened))
        super().__init__(self._bench)
        self._bench.on_change = self.refresh
        if state is not None:
            self.state = state
        if question is not None:
            self.ask(question)

    def ask(self, question: str) -> Result:
        """Ask a question, show it in all panes, and return what the first model answers.

        Raises:
            InputError: the question is empty or too long.
        """
        result = self._bench.answer(question.strip(), _silent)[0].result
        self.options = {**self.options, "question": self._bench.question}
        return result

    def pin(self, question: str | None = None) -> None:
        """Keep a question, by default the one that is shown, to compare the next ones with; "" lets it go.

        Raises:
            InputError: it was not asked, or there are two models to compare already.
        """
        self._bench.pin(self._bench.question if question is None else question)
        self.options = {**self.options, "pinned": self._bench.pinned}

    @property
    def result(self) -> Result | None:
        """What the first model answers to the question that is shown; None before the first question."""
        sides = self._bench.runs(self._bench.question) if self._bench.question else ()
        return sides[0].result if sides else None

    def values(self, layer: str, model: int = 0) -> Array:
        """Return the whole value of a layer for the question that is shown, padding included.

        Args:
            layer: its name in the file; further outputs end in `:1`, `:2`.
            model: 0 for the first model, 1 for the second.

        Raises:
            InputError: nothing was asked yet, or there is no such layer or model.
        """
        return self._shown(model).trace.array(layer)

    def compare(self) -> Comparison:
        """Compare A and B: the pinned question with the one that is shown, or the two models.

        Raises:
            InputError: there is only one.
        """
        return self._bench.comparison()

    def to_frame(self) -> Any:
        """Return the values of every layer in a few numbers, as rows of a pandas data frame.

        Raises:
            InputError: nothing was asked yet.
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [value.to_json() for value in self._shown(0).trace.values]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)

    def _shown(self, model: int) -> Run:
        if not self._bench.question:
            raise InputError("No question was asked yet, so layers have no values. Ask one first: .ask(question)")
        runs = self._bench.runs(self._bench.question)
        if not 0 <= model < len(runs):
            raise InputError(f"There are {len(runs)} models, counted from 0; got {model}.")
        return runs[model]

    def _restored(self) -> None:
        pinned, question = (self.options.get(name) for name in ("pinned", "question"))
        if pinned:
            self.ask(pinned)
            self.pin(pinned)
        if question:
            self.ask(question)


def suggestions(document: Document) -> list[str]:
    """Return questions to offer: those that come with one of bertkit's own documents."""
    from bertkit.resources import resource

    name = document.name
    found = json.loads(resource("questions.json").read_text(encoding="utf-8"))["questions"]
    return [item["question"] for item in found if item["document"] == name][:_SUGGESTIONS]


def _subject(given: str | Path | Reader | None) -> Subject:
    return Subject(given if isinstance(given, Reader) else Reader(given))


def _document(given: Document | Path | None) -> Document:
    if given is None:
        from bertkit.resources import resource

        given = resource(f"documents/{_EXAMPLE}")
    return Document.of(given)


def _silent(done: int, total: int, note: str) -> None:
    """Nobody watches a question that is asked in a cell."""
