"""The content of a tokenizer's view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bertkit.errors import InputError
from bertkit.insight.text import shortened
from bertkit.insight.tokenizer_parity import compare_tokenizers
from bertkit.insight.tokens import Tokenization, tokenize
from bertkit.qa import Document, Reader
from bertkit.widgets import texts
from bertkit.widgets.html import Html
from bertkit.widgets.jobs import Reporter
from bertkit.widgets.panel import Answer, Json, Method, Request, Task
from bertkit.widgets.tokenizer_view import values
from bertkit.widgets.tokenizer_view.static import static_tokens
from bertkit.widgets.tokenizer_view.text import text_tokens

_TITLE_CHARACTERS = 120
_RECORDED_WINDOWS = 40
_KEPT = 4


class TokenizerPanel:
    """Word pieces with ids, segments, positions and characters, and the windows that the model reads.

    Args:
        reader: whose tokenizer.
        question: in words.
        document: what it is asked of.
        reference: the checkpoint that the model was converted from, to compare tokenizers with; None for no comparison.
    """

    kind = "tokenizer_view"

    def __init__(self, reader: Reader, question: str, document: Document, reference: str | Path | None = None) -> None:
        self.reader = reader
        self.reference = reference
        self._versions = [tokenize(reader, question, document)]
        self._first = 0

    @property
    def tokenization(self) -> Tokenization:
        """The question and the document as last edited."""
        return self._versions[-1]

    @property
    def version(self) -> int:
        """How often the text was edited."""
        return self._first + len(self._versions) - 1

    @property
    def title(self) -> str:
        """The question."""
        return texts.one_line(shortened(self.tokenization.question, _TITLE_CHARACTERS))

    def view(self) -> dict[str, Json]:
        """Return the question's tokens, the first window's, and where all windows lie."""
        return {
            "title": self.title,
            "source": self.tokenization.document.name,
            "reference": self.reference is not None,
            "version": self.version,
            **values.summary_values(self.tokenization),
            "row": values.row_values(self.tokenization, 0),
        }

    def methods(self) -> Mapping[str, Method]:
        """Return what the view asks for: row, edit, compare."""
        return {"row": self.row, "edit": self.edit, "compare": self.compare}

    def row(self, version: int, window: int) -> Answer:
        """Return the passage tokens of a window.

        Args:
            version: of which text; every edit makes a new one.
            window: which one, from 0.

        Raises:
            InputError: the text was edited since, or there is no such window.
        """
        at = version - self._first
        if not 0 <= at < len(self._versions):
            raise InputError(f"The text was edited since version {version}; the newest is {self.version}.")
        return Answer(values.row_values(self._versions[at], window))

    def edit(self, question: str, text: str | None) -> Answer:
        """Tokenize another question or text.

        Args:
            question: in words.
            text: of the document; None leaves it as it is.

        Returns:
            What `view` returns.

        Raises:
            InputError: the question is empty or too long, or the text has no words.
        """
        document = self.tokenization.document
        if text is not None and text != document.text:
            document = Document.from_text(text, document.source)
        self._versions.append(tokenize(self.reader, question, document))
        self._first += max(0, len(self._versions) - _KEPT)
        self._versions = self._versions[-_KEPT:]
        return Answer(self.view())

    def compare(self) -> Task:
        """Compare with the tokenizer that transformers makes of the checkpoint, as a job.

        Raises:
            InputError: there is no checkpoint to compare with.
        """
        reference, now = self.reference, self.tokenization
        if reference is None:
            raise InputError("There is no checkpoint to compare with. Pass it as reference.")

        def work(report: Reporter) -> Answer:
            report(0, 1, "Comparing tokenizers")
            return Answer(compare_tokenizers(self.reader, reference, now.question, now.document).to_json())

        return Task(work)

    def recordings(self) -> Iterable[Request]:
        """Return the rows of the first windows."""
        if self.reference is not None:
            yield Request("compare")
        for window in range(1, min(len(self.tokenization.windows), _RECORDED_WINDOWS)):
            yield Request("row", {"version": self.version, "window": window})

    def static(self, selection: Mapping[str, Json]) -> Html:
        """Return the pieces of a window, bordered, and tables."""
        return static_tokens(self.tokenization, self.title, self._chosen(selection))

    def text(self, selection: Mapping[str, Json]) -> str:
        """Return the windows and the tokens of one."""
        return text_tokens(self.tokenization, self.title, self._chosen(selection))

    def _chosen(self, selection: Mapping[str, Json]) -> int:
        window = selection.get("window", 0)
        return window if window in range(len(self.tokenization.windows)) else 0
