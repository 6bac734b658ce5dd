"""One document, its questions and answers, and what was marked in it, apart from how they are shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from bertkit.errors import InputError
from bertkit.qa.answers import Result
from bertkit.qa.document import Document
from bertkit.qa.reader import Reader
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.marked_span import MarkedSpan
from bertkit.widgets.ask_document.scope import Scope, checked, moved_back, part_of
from bertkit.widgets.jobs import JobCancelled

DEFAULT_TOP_K = 5
_SECONDS_BETWEEN_CALLS = 0.1


class Session:
    """A document that is asked.

    Args:
        document: what to ask; None until one is opened.
        reader: what answers; the embedded reader, loaded at the first question, when None.
        clock: seconds, rising.

    Attributes:
        document: what is asked now.
        history: every question of every document, in the order asked.
        marked: the words last marked as the right answer; None when there are none.
        listeners: called with what was marked, and with None when the mark is taken away.
    """

    def __init__(
        self,
        document: Document | None = None,
        reader: Reader | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.document = document
        self.history: list[Asked] = []
        self.marked: MarkedSpan | None = None
        self.listeners: list[Callable[[MarkedSpan | None], None]] = []
        self._reader = reader
        self._clock = clock
        self._reading = threading.Lock()

    @property
    def reader(self) -> Reader:
        """What answers."""
        if self._reader is None:
            self._reader = Reader()
        return self._reader

    @property
    def asked(self) -> list[Asked]:
        """The questions of the document that is open, in the order asked."""
        return [asked for asked in self.history if asked.document == self.document]

    def open(self, document: Document) -> None:
        """Ask another document from now on."""
        self.document = document
        if self.marked is not None:
            self.unmark()

    def ask(
        self,
        question: str,
        scope: Scope | None = None,
        top_k: int = DEFAULT_TOP_K,
        on_update: Callable[[Asked | None], None] | None = None,
    ) -> Asked:
        """Ask the document, and add the question to the history.

        Args:
            question: in words.
            scope: the part of the document to search; None for all of it.
            top_k: the most answers.
            on_update: called with the best so far after each batch, and with None while waiting. Where it raises
                `JobCancelled` the search stops, and what was found so far is kept.

        Raises:
            InputError: the question is empty or too long, no document is open, or the scope is not in it.
        """
        document = self._opened()
        target = document if scope is None else part_of(document, scope)
        tell = _ignore if on_update is None else on_update
        latest: Asked | None = None
        with self._alone(tell):
            try:
                for latest in self._updates(question, document, target, scope, top_k):
                    tell(latest)
            except JobCancelled:
                if latest is not None:
                    self.history.append(replace(latest, stopped=latest.windows_read < latest.windows))
                raise
            if latest is None:  # the tokenizer finds no words in the document
                result = self.reader.ask(question, target, top_k=top_k)
                latest = Asked(document, result, scope, 0, 0, 0.0)
            self.history.append(latest)
        return latest

    def mark(self, start: int, end: int, question: str = "") -> MarkedSpan:
        """Mark words as the right answer.

        Args:
            start: offset of the first character; white space at either end is left out.
            end: offset after the last character.
            question: what they answer.

        Raises:
            InputError: no document is open, or there are no words between the offsets.
        """
        document = self._opened()
        start, end = checked(document, (start, end))
        words = document.text[start:end]
        start += len(words) - len(words.lstrip())
        marked = MarkedSpan(words.strip(), start, start + len(words.strip()), question, source=document)
        self._set_mark(marked)
        return marked

    def unmark(self) -> None:
        """Take the mark away."""
        self._set_mark(None)

    def _set_mark(self, marked: MarkedSpan | None) -> None:
        self.marked = marked
        for listener in self.listeners:
            listener(marked)

    def _opened(self) -> Document:
        if self.document is None:
            raise InputError("There is no document to ask. Open one first, or pass one: AskDocument(document).")
        return self.document

    def _updates(
        self, question: str, document: Document, target: Document, scope: Scope | None, top_k: int
    ) -> Iterator[Asked]:
        reader = self.reader  # loaded before the clock starts
        started = self._clock()
        for result, progress in reader.stream(question, target, top_k=top_k):
            found: Result = result if scope is None else moved_back(result, document, scope)
            yield Asked(document, found, scope, progress.done, progress.total, self._clock() - started)

    @contextmanager
    def _alone(self, tell: Callable[[Asked | None], None]) -> Iterator[None]:
        """Read one question at a time: two at once would only slow each other down."""
        while not self._reading.acquire(timeout=_SECONDS_BETWEEN_CALLS):
            tell(None)
        try:
            yield
        finally:
            self._reading.release()


def _ignore(asked: Asked | None) -> None:
    """Nobody watches."""
