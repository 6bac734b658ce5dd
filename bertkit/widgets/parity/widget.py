"""A comparison with the original in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.coreml.engines.choose import available
from bertkit.insight.parity import TOLERANCE
from bertkit.insight.parity import Parity as Comparison
from bertkit.insight.subject import Subject
from bertkit.qa import Document, Reader
from bertkit.widgets.parity.panel import ParityPanel
from bertkit.widgets.widget import Widget


class Parity(Widget):
    """The Hugging Face model beside the file it became: the error of every module, and the answers of every engine.

    Args:
        checkpoint: what the file was converted from: a folder, or an id on the Hugging Face hub.
        question: in words.
        document: what it is asked of, a document or the path of one.
        reader: of the converted file; the embedded reader when None.
        tolerance: largest error of a module that passes. Files that store float32 stay within about 1e-4, float16
            within 1e-2; compressed ones differ by more.

    Raises:
        InputError: the question is empty or too long, or the document has no words.

    Example:
        >>> from bertkit.widgets import Parity  # doctest: +SKIP
        >>> parity = Parity("checkpoint", "Who wrote it?", document, Reader("checkpoint.mlpackage"))  # doctest: +SKIP
        >>> parity.compare().first_above  # doctest: +SKIP
    """

    def __init__(
        self,
        checkpoint: str | Path,
        question: str,
        document: Document | Path,
        reader: Reader | None = None,
        tolerance: float = TOLERANCE,
    ) -> None:
        subject = Subject(Reader() if reader is None else reader)
        example = subject.example(question, Document.of(document))
        self._parity = ParityPanel(subject, checkpoint, example, tolerance, available())
        super().__init__(self._parity)
        self._parity.on_change = self.refresh

    @property
    def parity(self) -> Comparison | None:
        """What was found; None before the first comparison."""
        return self._parity.parity

    def compare(self) -> Comparison:
        """Compare now, wait for the result, and show it.

        Raises:
            UnsupportedError: bertkit did not write the file.
            FileError: the checkpoint cannot be found or read.
            CheckpointError: it is no question-answering checkpoint.
            InputError: it is of another family or size than the file, or the tolerance is negative.
            DependencyError: transformers is not installed.
        """
        return self._parity.run()

    def to_frame(self) -> Any:
        """Return every compared module as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        rows = [] if self.parity is None else [vars(module) for module in self.parity.modules]
        return require("pandas", "notebook", "return tables as data frames").DataFrame(rows)
