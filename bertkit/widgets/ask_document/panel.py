"""The content of a document that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from bertkit.errors import InputError
from bertkit.qa.document import Document
from bertkit.qa.loaders import SUFFIXES
from bertkit.widgets.ask_document.asked import Asked
from bertkit.widgets.ask_document.paragraphs import Paragraph, paragraphs_of
from bertkit.widgets.ask_document.session import Session
from bertkit.widgets.ask_document.static import static_document
from bertkit.widgets.ask_document.text import text_document
from bertkit.widgets.ask_document.uploads import open_bytes
from bertkit.widgets.ask_document.values import asked_values, document_values, name_of, part_values, parts_of
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import JobCancelled, Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task

_TITLE = "Ask a document"
_MOST_QUESTIONS = 40
_PASTED = "pasted text"


class AskDocumentPanel:
    """A document, questions of it, and their answers in its text.

    Args:
        session: the document and its questions.

    Attributes:
        session: the same.
        on_change: called after a question, another document or a mark.
    """

    kind = "ask_document"

    def __init__(self, session: Session) -> None:
        self.session = session
        self.on_change: Callable[[], None] = _nothing
        self._drawn: tuple[Document, list[list[Paragraph]]] | None = None
        self._number = 0
        self._received = bytearray()

    @property
    def title(self) -> str:
        """The document's name."""
        return _TITLE if self.session.document is None else name_of(self.session.document)

    def view(self) -> dict[str, Json]:
        """Return the first part of the document, and its last questions with their answers."""
        document, asked, marked = self.session.document, self.session.asked, self.session.marked
        parts = self._parts()
        first = max(0, len(asked) - _MOST_QUESTIONS)
        return {
            "title": self.title,
            "formats": list(SUFFIXES),
            "number": self._number,
            "document": None if document is None else document_values(document, parts),
            "first": part_values(document, parts[0]) if document is not None else [],
            "history": [asked_values(one, number) for number, one in enumerate(asked) if number >= first],
            "history_left_out": first,
            "marked": None if marked is None else [marked.start, marked.end],
        }

    def methods(self) -> Mapping[str, Method]:
        """Return `part`, `ask`, `mark`, `send`, `open` and `paste`."""
        return {
            "part": self.part,
            "ask": self.ask,
            "mark": self.mark,
            "send": self.send,
            "open": self.open,
            "paste": self.paste,
        }

    def part(self, at: int) -> Answer:
        """Return a part of the text.

        Raises:
            InputError: there is no such part.
        """
        parts = self._parts()
        if self.session.document is None or not 0 <= at < len(parts):
            raise InputError(f"There is no part {at} of the document; it has {len(parts)}.")
        return Answer(part_values(self.session.document, parts[at]))

    def ask(self, question: str, start: int | None = None, end: int | None = None) -> Task:
        """Ask the document, or what lies between two offsets; the best so far is reported after each batch."""
        scope = None if start is None or end is None else (start, end)

        def work(report: Reporter) -> Answer:
            def tell(asked: Asked | None) -> None:
                if asked is None:
                    report(0, 0, "waiting for the question before")
                else:
                    report(asked.windows_read, asked.windows, "searching", asked_values(asked, -1))

            report(0, 0, "getting ready")
            try:
                asked = self.session.ask(question, scope, on_update=tell)
            except JobCancelled:
                self.on_change()
                raise
            self.on_change()
            return Answer(asked_values(asked, len(self.session.asked) - 1))

        return Task(work)

    def mark(self, start: int, end: int, question: str) -> Answer:
        """Mark words as the right answer; without any (start equal to end) the mark is taken away.

        Raises:
            InputError: there are no words there.
        """
        if start == end:
            self.session.unmark()
        else:
            self.session.mark(start, end, question)
        self.on_change()
        marked = self.session.marked
        return Answer(None if marked is None else [marked.start, marked.end])

    def send(self, first: bool, buffers: Sequence[memoryview]) -> Answer:
        """Take bytes of a file that is to be opened.

        Args:
            first: whether they begin the file.
            buffers: some of its bytes.
        """
        if first:
            self._received.clear()
        for buffer in buffers:
            self._received += buffer
        return Answer(len(self._received))

    def open(self, name: str) -> Task:
        """Open the file that was sent, by the loader for its name."""
        content = bytes(self._received)
        self._received.clear()

        def work(report: Reporter) -> Answer:
            report(0, 0, f"reading {name}")
            document = open_bytes(name, content)
            # Reading may take long; whoever cancelled meanwhile keeps the document that was open.
            report(0, 0, f"reading {name}")
            return self._opened(document)

        return Task(work)

    def paste(self, text: str) -> Answer:
        """Take a text as the document.

        Raises:
            InputError: it is empty.
        """
        return self._opened(Document.from_text(text, _PASTED))

    def recordings(self) -> Iterable[Request]:
        """Return the text after its first part; the questions are in the view already."""
        return [Request("part", {"at": at}) for at in range(1, len(self._parts()))]

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the last question with its answer in its paragraph, and those before."""
        return static_document(self.session.document, self.session.asked, _TITLE)

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return every question with its answers."""
        return text_document(self.session.document, self.session.asked, _TITLE)

    def _opened(self, document: Document) -> Answer:
        self.session.open(document)
        self.on_change()
        return Answer(self.view())

    def _parts(self) -> list[list[Paragraph]]:
        """Return the document in parts, cut once; a new document gets a new number."""
        document = self.session.document
        if document is None:
            return []
        if self._drawn is None or self._drawn[0] is not document:
            self._number += 1
            self._drawn = (document, parts_of(document, paragraphs_of(document)))
        return self._drawn[1]


def _nothing() -> None:
    """Nobody listens."""
