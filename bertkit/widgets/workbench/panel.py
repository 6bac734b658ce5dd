"""The content of a workbench."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from bertkit.errors import InputError
from bertkit.insight import Subject, measure_cost
from bertkit.insight.anatomy import Anatomy
from bertkit.inspect.atlas import atlas_of
from bertkit.qa import Document
from bertkit.qa.progress import ProgressCallback
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.model_map.measure import Measure
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.model_map.values import measure_values
from bertkit.widgets.panel import Answer, Json, Method, Request, Task
from bertkit.widgets.workbench.compare import Comparison, compare
from bertkit.widgets.workbench.layer import attention_answer, layer_answer
from bertkit.widgets.workbench.run import Report, Run, run_question
from bertkit.widgets.workbench.values import run_values

_MOST_QUESTIONS = 6
_MEASURED_RUNS = 5


class WorkbenchPanel:
    """Modules, layers, values and the answer of one question, or of two side by side.

    Args:
        subjects: the model, or two of the same structure, which then answer every question both.
        document: what is asked.
        suggestions: questions to offer.
        on_change: called when the content has changed: a question was answered, time was measured.
    """

    kind = "workbench"

    def __init__(
        self,
        subjects: Sequence[Subject],
        document: Document,
        suggestions: Sequence[str] = (),
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self.subjects = tuple(subjects)
        self.document = document
        self.suggestions = tuple(suggestions)
        self.on_change = on_change
        self.question = ""
        self.pinned = ""
        self._runs: dict[str, tuple[Run, ...]] = {}
        self._comparisons: dict[tuple[str, str], Comparison] = {}

    @cached_property
    def map(self) -> ModelMapPanel:
        """The modules and layers of the first model."""
        return ModelMapPanel(atlas_of(self.subjects[0].model.package))

    @cached_property
    def anatomy(self) -> Anatomy:
        """Where the parts of the first model are; known before it is made ready to be looked into."""
        return Anatomy.of(layer.name for layer in self.map.atlas.all_layers)

    @property
    def title(self) -> str:
        """The models' file names."""
        return " and ".join(self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(subject.name for subject in self.subjects)

    @property
    def questions(self) -> tuple[str, ...]:
        """What was asked and is still known, the last one first."""
        return tuple(reversed(self._runs))

    def runs(self, question: str) -> tuple[Run, ...]:
        """Return a question's runs, one for each model.

        Raises:
            InputError: it was not asked, or too many others since.
        """
        if question not in self._runs:
            raise InputError(f'The question "{question}" was not asked, or too many others since. Ask it again.')
        return self._runs[question]

    def sides(self) -> tuple[Run, ...]:
        """Return what is shown: nothing, one run, or A and B."""
        if not self.question:
            return ()
        shown = self._runs[self.question]
        if len(self.subjects) == 1 and self.pinned and self.pinned != self.question:
            return (*self._runs[self.pinned], *shown)
        return shown

    def answer(self, question: str, report: Report) -> tuple[Run, ...]:
        """Ask all models a question and show it; one that is known is not asked again.

        Raises:
            InputError: as `run_question`.
        """
        if question not in self._runs:
            runs = tuple(run_question(subject, self.document, question, report) for subject in self.subjects)
            self._runs[question] = runs
        self._runs[question] = self._runs.pop(question)
        self.question = question
        self._forget()
        self._changed()
        return self._runs[question]

    def pin(self, question: str) -> None:
        """Keep a question to compare others with; an empty one lets it go.

        Raises:
            InputError: it was not asked, or there are two models to compare already.
        """
        if question and len(self.subjects) > 1:
            raise InputError("Two models are compared here already. Compare two questions in a workbench of one model.")
        if question:
            self.runs(question)
        self.pinned = question
        self._changed()

    def comparison(self, progress: ProgressCallback | None = None) -> Comparison:
        """Compare what is shown as A and B.

        Args:
            progress: called after each layer; what it raises ends the work.

        Raises:
            InputError: there is only one.
        """
        sides = self.sides()
        if len(sides) < 2:
            raise InputError("There is nothing to compare with. Pin a question and ask another, or pass two models.")
        key = (sides[0].question, sides[1].question)
        if key not in self._comparisons:
            self._comparisons[key] = compare(sides[0], sides[1], progress)
        return self._comparisons[key]

    def view(self) -> dict[str, Json]:
        """Return the tables of the model, and the runs that are shown."""
        known = {question for question in (self.question, self.pinned) if question}
        return {
            **self.map.view(),
            "title": self.title,
            "document": {"name": self.document_name, "characters": len(self.document.text)},
            "models": list(self._names),
            "attentions": list(self.anatomy.attentions),
            "hidden": list(self.anatomy.hidden),
            "suggestions": list(self.suggestions),
            "questions": list(self.questions),
            "question": self.question,
            "pinned": self.pinned,
            "runs": {question: [run_values(run) for run in self._runs[question]] for question in known},
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `ask`, `pin`, `compare`, `values`, `attention`, `why`, `measure` and those of the model map."""
        return {
            **self.map.methods(),
            "ask": self._ask,
            "pin": self._pin,
            "compare": self._compare,
            "values": lambda question, side, layer: layer_answer(self._run(question, side), layer),
            "attention": lambda question, side, layer, head: attention_answer(self._run(question, side), layer, head),
            "why": lambda question, side, first, last: Answer(
                self._run(question, side).scores.why(first, last).to_json()
            ),
            "measure": self._measure,
        }

    def recordings(self) -> Iterable[Request]:
        """Return the questions, the hidden states and attention of the one that is shown, then its other layers."""
        # Answering shows the question: the one that is shown now comes last.
        asked = list(self._runs)
        yield from [Request("ask", {"question": question}) for question in asked]
        sides = self.sides()
        if len(sides) > 1:
            yield Request("compare", {"a": sides[0].question, "b": sides[1].question})
        for question in asked:
            yield from (request for side, run in enumerate(self._runs[question]) for request in _spans(run, side))
        for at, run in enumerate(sides):
            yield from _layers(run, at if len(self.subjects) > 1 else 0)

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return modules, layers, values and answer as sections that fold."""
        from bertkit.widgets.workbench.static import static_workbench

        return static_workbench(self, selection)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the answer, the lens and the selected layer in words."""
        from bertkit.widgets.workbench.text import text_workbench

        return text_workbench(self, selection)

    @property
    def document_name(self) -> str:
        """The document's file name, or the name that it was given."""
        return self.document.name

    def _run(self, question: str, side: int) -> Run:
        runs = self.runs(question)
        if not 0 <= side < len(runs):
            raise InputError(f"There are {len(runs)} models, counted from 0; got {side}.")
        return runs[side]

    def _ask(self, question: str) -> Answer | Task:
        asked = question.strip()

        def work(report: Reporter) -> Answer:
            return Answer({"question": asked, "runs": [run_values(run) for run in self.answer(asked, report)]})

        return Task(work)

    def _pin(self, question: str) -> Answer:
        self.pin(question)
        return Answer(None)

    def _compare(self, a: str, b: str) -> Answer | Task:
        def work(report: Reporter) -> Answer:
            self.pinned, self.question = ("", b) if len(self.subjects) > 1 else (a, b)
            found = self.comparison(lambda done, total: report(done, total, "comparing layers"))
            return Answer(found.to_json())

        return Task(work)

    def _measure(self) -> Task:
        def work(report: Reporter) -> Answer:
            length = len(self._runs[self.question][0].example.row) if self.question else None
            cost = measure_cost(
                self.subjects[0],
                length,
                runs=_MEASURED_RUNS,
                progress=lambda done, total: report(done, total, "measuring the time of every layer"),
            )
            by_layer = {layer: cost.layer(layer).median_ms for layer in cost.layers}
            note = f"{cost.runs} runs, median; {cost.machine}; portable engine, float32"
            measure = Measure("time", "ms", by_layer, note)
            self.map.measures = (measure,)
            self._changed()
            return Answer(measure_values(measure, self.map.atlas.layers))

        return Task(work)

    def _forget(self) -> None:
        """Drop the oldest questions; a run holds the hidden states of its window."""
        for question in list(self._runs):
            if len(self._runs) > _MOST_QUESTIONS and question not in (self.question, self.pinned):
                del self._runs[question]

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def _spans(run: Run, side: int) -> Iterable[Request]:
    """Return why each of the best spans is, or is not, the answer."""
    for scored in run.scores.spans:
        first, last = scored.span.place
        yield Request("why", {"question": run.question, "side": side, "first": first, "last": last})


def _layers(run: Run, side: int) -> Iterable[Request]:
    """Return the layers of a run, the most useful first."""
    anatomy = run.subject.anatomy
    first = list(anatomy.hidden)
    rest = [value.layer for value in run.trace.values if value.layer not in first]
    at = {"question": run.question, "side": side}
    yield from (Request("values", {**at, "layer": layer}) for layer in first)
    yield from (Request("attention", {**at, "layer": layer, "head": 0}) for layer in range(len(anatomy.attentions)))
    yield from (Request("values", {**at, "layer": layer}) for layer in rest)
