"""The content of an answer's view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bertkit.errors import InputError
from bertkit.insight.attribution import Method as Way
from bertkit.insight.band import MAX_ANSWER_TOKENS
from bertkit.insight.subject import Example, Subject
from bertkit.insight.text import shortened
from bertkit.insight.what_if import hide_tokens
from bertkit.widgets import texts, units
from bertkit.widgets.answer_span import values
from bertkit.widgets.answer_span.findings import GRADIENTS, OCCLUSION, Findings
from bertkit.widgets.answer_span.static import static_answer
from bertkit.widgets.answer_span.text import text_answer
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task

_TITLE_CHARACTERS = 120
_RECORDED_WINDOWS = 24
_RECORDED_LAYERS = 8


class AnswerSpanPanel:
    """The tokens of a window with their scores, the best spans, all windows, and the answer at every layer.

    Args:
        subject: the reader.
        example: the question and the window to look at first.
        longest: the longest answer, in tokens.
    """

    kind = "answer_span"

    def __init__(self, subject: Subject, example: Example, longest: int = MAX_ANSWER_TOKENS) -> None:
        self.example = example
        self.longest = longest
        self.findings = Findings(subject, example)
        self.findings.scores(example.index, longest)  # what is wrong is told here, not in a view

    @property
    def title(self) -> str:
        """The question."""
        return texts.one_line(shortened(self.example.question, _TITLE_CHARACTERS))

    def facts(self) -> list[str]:
        """Return what stands beside the title."""
        tokenization = self.example.tokenization
        return [
            texts.one_line(shortened(self.example.document.name, 60)),
            units.plural(tokenization.passage_count, "token"),
            units.plural(len(tokenization.windows), "window"),
        ]

    def view(self) -> dict[str, Json]:
        """Return the first window's tokens, curves and spans, and where all windows lie."""
        return {
            "title": self.title,
            "facts": self.facts(),
            "longest": self.longest,
            "layered": self.findings.layered,
            "windows": values.window_values(self.example.tokenization),
            "scores": values.scores_values(self.findings.scores(self.example.index, self.longest)),
        }

    def methods(self) -> Mapping[str, Method]:
        """Return what the view asks for: scores, matrix, why, hide, windows, lens, attribute."""
        return {
            "scores": self.scores,
            "matrix": self.matrix,
            "why": self.why,
            "hide": self.hide,
            "windows": self.windows,
            "lens": self.lens,
            "attribute": self.attribute,
        }

    def scores(self, window: int, longest: int) -> Answer:
        """Return a window's tokens, curves and best spans.

        Args:
            window: which one, from 0.
            longest: the longest answer, in tokens.

        Raises:
            InputError: there is no such window, or `longest` is less than 1.
        """
        return Answer(values.scores_values(self.findings.scores(window, longest)))

    def matrix(self, window: int, longest: int) -> Answer:
        """Return the score of every span of a window. Arguments as `scores`."""
        return values.matrix_answer(self.findings.scores(window, longest))

    def why(self, window: int, longest: int, first: int, last: int) -> Answer:
        """Say why a span is, or is not, the answer of a window.

        Args:
            window: which one, from 0.
            longest: the longest answer, in tokens.
            first: the span's first token in the row.
            last: its last token, included.

        Raises:
            InputError: it is no stretch of the window's passage.
        """
        return Answer(self.findings.scores(window, longest).why(first, last).to_json())

    def hide(self, window: int, longest: int, tokens: str) -> Answer:
        """Hide tokens and ask again.

        Args:
            window: which one, from 0.
            longest: the longest answer, in tokens.
            tokens: their places in the row, with spaces between.

        Raises:
            InputError: none is given, or one is no token of the question or the passage.
        """
        scores, subject = self.findings.scores(window, longest), self.findings.subject
        hidden = values.hidden_tokens(tokens)
        change = hide_tokens(subject, scores.example, hidden, max_answer_tokens=longest)
        return Answer(values.change_values(subject, scores, change))

    def windows(self, longest: int) -> Task:
        """Score every window of the document, as a job."""

        def work(report: Reporter) -> Answer:
            return Answer(values.strip_values(self.findings.windows(longest, report)))

        return Task(work)

    def lens(self, window: int, longest: int) -> Task:
        """Let the span head read every layer, as a job. Arguments as `scores`."""

        def work(report: Reporter) -> Answer:
            return values.lens_answer(self.findings.lens(window, longest, report))

        return Task(work)

    def attribute(self, window: int, first: int, last: int, method: str) -> Task:
        """Find what a span rests on, as a job.

        Args:
            window: which one, from 0.
            first: the span's first token in the row.
            last: its last token, included.
            method: `occlusion` or `integrated gradients`.

        Raises:
            InputError: there is no such method.
        """
        ways: dict[str, Way] = {OCCLUSION: OCCLUSION, GRADIENTS: GRADIENTS}
        if method not in ways:
            raise InputError(f'The ways to find what an answer rests on are {" and ".join(ways)}; got "{method}".')

        def work(report: Reporter) -> Answer:
            found = self.findings.attribution((window, first, last), ways[method], report)
            return Answer(values.attribution_values(found))

        return Task(work)

    def recordings(self) -> Iterable[Request]:
        """Return what lets a page step through windows, spans and layers, the first window's first."""
        everywhere = range(len(self.example.tokenization.windows))
        home = self.example.index
        order = [home, *(index for index in everywhere[:_RECORDED_WINDOWS] if index != home)]
        if len(everywhere) > 1:
            yield Request("windows", {"longest": self.longest})
        yield from self._layers(home)
        yield from self._spans(home)
        yield Request("matrix", self._at(home))
        for (window, first, last), method in self.findings.attributed:
            yield Request("attribute", {"window": window, "first": first, "last": last, "method": method})
        if self._answers(home):
            for token in self.example.row.places("question"):
                yield Request("hide", {**self._at(home), "tokens": str(token)})
        for window in order:
            yield Request("scores", self._at(window))
            yield from self._spans(window)
        for window in order[1:_RECORDED_LAYERS]:
            yield from self._layers(window)
        yield from (Request("matrix", self._at(window)) for window in order[1:])

    def _at(self, window: int) -> dict[str, Json]:
        return {"window": window, "longest": self.longest}

    def _answers(self, window: int) -> bool:
        """Say whether a window counts any span of its own."""
        return len(self.findings.scores(window, self.longest).spans) > 0

    def _layers(self, window: int) -> Iterable[Request]:
        if self.findings.layered and self._answers(window):
            yield Request("lens", self._at(window))

    def _spans(self, window: int) -> Iterable[Request]:
        for scored in self.findings.scores(window, self.longest).spans:
            first, last = scored.span.place
            yield Request("why", {**self._at(window), "first": first, "last": last})

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the answer in its text, the curves, the best spans, and what else was computed already."""
        return static_answer(self.findings, self.title, self.facts(), self._chosen(selection), self.longest)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the same in words."""
        return text_answer(self.findings, self.title, self.facts(), self._chosen(selection), self.longest)

    def _chosen(self, selection: Mapping[str, Json]) -> int:
        window = selection.get("window", self.example.index)
        return window if window in range(len(self.example.tokenization.windows)) else self.example.index
