"""A console for teaching a reader in a notebook."""

from __future__ import annotations

from bertkit.qa.personal import Personalization
from bertkit.qa.reader import Reader
from bertkit.widgets.ask_document.marked_span import MarkedSpan
from bertkit.widgets.ask_document.widget import AskDocument
from bertkit.widgets.personalize.panel import PersonalizePanel
from bertkit.widgets.widget import Widget


class Personalize(Widget):
    """What a reader may learn from its corrections: start, pause, cancel, before and after, keep or discard, roll back.

    Args:
        reader: whose corrections to learn.

    Raises:
        InputError: the reader's model was not loaded from a file.

    Example:
        >>> from bertkit.widgets import Personalize  # doctest: +SKIP
        >>> reader.correct("Who built it?", document, "Henry Winstanley")  # doctest: +SKIP
        >>> console = Personalize(reader)  # doctest: +SKIP
        >>> console.learn_from(AskDocument(document, reader))  # doctest: +SKIP
    """

    def __init__(self, reader: Reader) -> None:
        self._console = PersonalizePanel(reader)
        super().__init__(self._console)
        self._console.on_change = self.refresh

    def learn_from(self, asked: AskDocument) -> None:
        """Correct the reader with the words that are marked as right in a view of a document, from now on.

        A mark without a question, made before anything was asked, is left alone.
        """

        def correct(marked: MarkedSpan | None) -> None:
            if marked is not None and marked.question:
                self._console.reader.correct(marked.question, marked.source, (marked.start, marked.end))
                self.refresh()

        asked.on_mark(correct)

    @property
    def update(self) -> Personalization | None:
        """The last update; None before the first one."""
        return self._console.update

    @update.setter
    def update(self, update: Personalization) -> None:
        """Show an update that was made in Python."""
        self._console.update = update
        self.refresh()
