"""A document that is asked, in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bertkit.qa.answers import Result
from bertkit.qa.document import Document
from bertkit.qa.reader import Reader
from bertkit.widgets.ask_document.marked_span import MarkedSpan
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.scope import Scope
from bertkit.widgets.ask_document.session import DEFAULT_TOP_K, Session
from bertkit.widgets.widget import Widget


class AskDocument(Widget):
    """Ask a document, see the answers in its text, step through them, and mark the words that are right.

    Args:
        document: a document, or the path of one; when None, the view offers to open, drop or paste one.
        reader: what answers; the embedded reader when None, loaded at the first question.
        question: asked at once, so that the first output shows an answer.

    Raises:
        FileError: nothing is at the path, or it cannot be read.
        InputError: the question is empty or too long, or there is one without a document.

    Example:
        >>> from bertkit.widgets import AskDocument  # doctest: +SKIP
        >>> view = AskDocument(Path("report.pdf"), question="Who wrote the report?")  # doctest: +SKIP
        >>> view.result.best.text  # doctest: +SKIP
    """

    def __init__(
        self, document: Document | Path | None = None, reader: Reader | None = None, question: str | None = None
    ) -> None:
        opened = None if document is None else Document.of(document)
        self._session = Session(opened, reader)
        if question is not None:
            self._session.ask(question)
        content = AskDocumentPanel(self._session)
        super().__init__(content)
        content.on_change = self.refresh

    @property
    def document(self) -> Document | None:
        """What is asked; assign another to ask that."""
        return self._session.document

    @document.setter
    def document(self, document: Document) -> None:
        self._session.open(document)
        self.refresh()

    @property
    def history(self) -> list[Result]:
        """The results of all questions, in the order asked."""
        return [asked.result for asked in self._session.history]

    @property
    def result(self) -> Result | None:
        """The result of the last question; None before the first."""
        return self.history[-1] if self.history else None

    @property
    def marked(self) -> MarkedSpan | None:
        """The words that were marked as the right answer; None when there are none."""
        return self._session.marked

    def ask(self, question: str, scope: Scope | None = None, top_k: int = DEFAULT_TOP_K) -> Result:
        """Ask the document, wait for the result, and show it; it is what `Reader.ask` returns.

        Args:
            question: in words.
            scope: offsets of the part of the document to search; None for all of it.
            top_k: the most answers.

        Raises:
            InputError: the question is empty or too long, no document is open, or the scope is not in it.
        """
        result = self._session.ask(question, scope, top_k).result
        self.refresh()
        self.options = {**self.options, "question": len(self._session.asked) - 1}
        return result

    def mark(self, start: int, end: int) -> MarkedSpan:
        """Mark words as the right answer to the last question.

        Args:
            start: offset of the first character.
            end: offset after the last character.

        Raises:
            InputError: there are no words between the offsets.
        """
        span = self._session.mark(start, end, "" if self.result is None else self.result.question)
        self.refresh()
        return span

    def on_mark(self, callback: Callable[[MarkedSpan | None], None]) -> None:
        """Call back whenever words are marked, in the view or from Python; with None when the mark is taken away."""
        self._session.listeners.append(callback)

    def to_frame(self) -> Any:
        """Return every answer to every question as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require
        from bertkit.widgets.ask_document.rows import rows_of

        rows = rows_of(self._session.history)
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)
