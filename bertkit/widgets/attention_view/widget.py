"""Attention in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.insight.attention import AttentionMaps
from bertkit.insight.subject import Subject
from bertkit.qa import Document, Reader
from bertkit.widgets.attention_view.panel import AttentionPanel
from bertkit.widgets.widget import Widget


class AttentionView(Widget):
    """Every attention head of a reader for one question: a grid, one head in detail, and the answer without it.

    The window of the document that holds the answer is looked at.

    Args:
        question: in words.
        document: what it is asked of; a text is taken for the document itself.
        reader: whose heads; the embedded reader when None.

    Attributes:
        maps: the attention of every head, as `bertkit.insight.map_attention` returns it.

    Raises:
        InputError: the question is empty or too long, or the document has no words.

    Example:
        >>> from bertkit.widgets import AttentionView  # doctest: +SKIP
        >>> AttentionView("Who wrote it?", Document.open("report.pdf"))  # doctest: +SKIP
    """

    def __init__(self, question: str, document: Document | Path, reader: Reader | None = None) -> None:
        subject = Subject(Reader() if reader is None else reader)
        self._attention = AttentionPanel(subject, subject.example(question, Document.of(document)))
        super().__init__(self._attention)

    @property
    def maps(self) -> AttentionMaps:
        """The attention of every head."""
        return self._attention.maps

    def to_frame(self) -> Any:
        """Return every head in numbers as a row of a pandas data frame, layers and heads counted from 0.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [head.to_json() for head in self.maps.heads]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)
