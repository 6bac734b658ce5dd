"""Where an answer comes from, in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.insight.band import MAX_ANSWER_TOKENS
from bertkit.insight.lens import Lens
from bertkit.insight.span_scores import SpanScores
from bertkit.insight.subject import Subject
from bertkit.insight.verdict import Verdict
from bertkit.insight.what_if import AnswerChange, hide_tokens
from bertkit.insight.window_scores import WindowScores
from bertkit.qa import Answer, Document, Reader
from bertkit.widgets.answer_span.panel import AnswerSpanPanel
from bertkit.widgets.display_mode import mode
from bertkit.widgets.widget import Widget


class AnswerSpan(Widget):
    """The window that answers, token by token: start and end curves, best spans, all windows, and the QA lens.

    Args:
        question: in words.
        document: a document, or the path of one.
        reader: the embedded reader when None.
        answer: one that the reader gave to this question, to look at where it came from; None for the reader's best,
            which asks it.
        window: look at this window of the document, whatever the answer.
        max_answer_tokens: the longest answer, in tokens.

    Raises:
        InputError: the question is empty or too long, the document has no words, or there is no such window.
        FileError: there is no such document.

    Example:
        >>> from bertkit.widgets import AnswerSpan  # doctest: +SKIP
        >>> AnswerSpan("When was the lamp first lit?", Path("lighthouses.txt"))  # doctest: +SKIP
    """

    def __init__(
        self,
        question: str,
        document: Document | Path,
        reader: Reader | None = None,
        *,
        answer: Answer | None = None,
        window: int | None = None,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
    ) -> None:
        subject = Subject(Reader() if reader is None else reader)
        example = subject.example(question, Document.of(document), answer=answer, window=window)
        self._answer = AnswerSpanPanel(subject, example, max_answer_tokens)
        super().__init__(self._answer)

    @property
    def window(self) -> int:
        """The window that is selected, counted from 0."""
        chosen: int = self.selection.get("window", self._answer.example.index)
        return chosen

    @property
    def scores(self) -> SpanScores:
        """The scores of the selected window."""
        return self._answer.findings.scores(self.window, self._answer.longest)

    @property
    def windows(self) -> WindowScores:
        """The best span of every window; runs the reader on all of them the first time."""
        return self._answer.findings.windows(self._answer.longest)

    @property
    def lens(self) -> Lens:
        """What the span head reads at every layer of the selected window.

        Raises:
            InputError: the reader's model is not a Core ML file.
        """
        return self._answer.findings.lens(self.window, self._answer.longest)

    def why(self, first: int, last: int) -> Verdict:
        """Say why a span of the selected window is, or is not, the answer; see `SpanScores.why`."""
        return self.scores.why(first, last)

    def hide(self, *tokens: int) -> AnswerChange:
        """Hide tokens of the selected window's row and ask again; see `bertkit.insight.hide_tokens`."""
        findings = self._answer.findings
        return hide_tokens(findings.subject, self.scores.example, tokens, max_answer_tokens=self._answer.longest)

    def to_html(self) -> str:
        """Return the view as static HTML; with the layers where nobody can ask for them later."""
        if mode() in ("static", "selfcontained") and self._answer.findings.layered:
            _ = self.lens
        return super().to_html()

    def to_frame(self) -> Any:
        """Return every token of the selected window as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        scores = self.scores
        columns = {
            **scores.example.row.to_json(),
            "start_probability": scores.start_probabilities,
            "end_probability": scores.end_probabilities,
            "start_logit": scores.start_logits,
            "end_logit": scores.end_logits,
        }
        return require("pandas", "notebook", "return tables as data frames").DataFrame(columns)
