"""A tokenizer's view in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bertkit.errors import InputError
from bertkit.insight.tokenizer_parity import TokenizerParity, compare_tokenizers
from bertkit.insight.tokens import Tokenization
from bertkit.qa import Document, Reader
from bertkit.widgets.tokenizer_view.panel import TokenizerPanel
from bertkit.widgets.widget import Widget


class TokenizerView(Widget):
    """A question and a document as word pieces, with ids, segments, positions, characters and windows; edited live.

    Args:
        question: in words.
        document: a document, or the path of one.
        reader: the embedded reader when None.
        reference: the checkpoint that the model was converted from (a folder or an id on the Hugging Face hub), to
            compare its tokenizer with.

    Raises:
        InputError: the question is empty or too long, or the document has no words.
        FileError: there is no such document.

    Example:
        >>> from bertkit.widgets import TokenizerView  # doctest: +SKIP
        >>> TokenizerView("When was it lit?", Document.from_text("The lamp was lit in 1698."))  # doctest: +SKIP
    """

    def __init__(
        self,
        question: str,
        document: Document | Path,
        reader: Reader | None = None,
        *,
        reference: str | Path | None = None,
    ) -> None:
        opened = Document.of(document)
        self._tokens = TokenizerPanel(Reader() if reader is None else reader, question, opened, reference)
        super().__init__(self._tokens)

    @property
    def tokenization(self) -> Tokenization:
        """The question and the document as last edited."""
        return self._tokens.tokenization

    def compare(self) -> TokenizerParity:
        """Compare with the tokenizer that transformers makes of the reference.

        Raises:
            InputError: no reference was given.
            DependencyError: transformers is not installed.
        """
        now, reference = self.tokenization, self._tokens.reference
        if reference is None:
            raise InputError("There is no checkpoint to compare with. Pass it as reference.")
        return compare_tokenizers(self._tokens.reader, reference, now.question, now.document)

    def to_frame(self) -> Any:
        """Return every token of the selected window as a row of a pandas data frame.

        Raises:
            DependencyError: pandas is not installed.
        """
        from bertkit.dependencies import require

        row = self.tokenization.row(self.selection.get("window", 0))
        return require("pandas", "notebook", "return tables as data frames").DataFrame(row.to_json())
