"""What is looked into: a reader, its graph, and one question on one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import InputError, UnsupportedError
from bertkit.insight.anatomy import Anatomy
from bertkit.insight.text import shortened
from bertkit.insight.token_row import TokenRow
from bertkit.insight.tokens import Tokenization, tokenize
from bertkit.qa import Answer, Document, Reader
from bertkit.qa.scan import run
from bertkit.qa.windows import Window, rows

if TYPE_CHECKING:
    from bertkit.coreml import Model
    from bertkit.coreml.engines.base import Engine
    from bertkit.coreml.lowering import Lowered

Array = NDArray[Any]

_BATCH = 8


@dataclass(frozen=True, eq=False)
class Example:
    """One question on one window of a document: one row of the model.

    Attributes:
        tokenization: the question, the document and all its windows.
        index: which window.
        inputs: what the model is given, [1, length] int32 each.
    """

    tokenization: Tokenization
    index: int
    inputs: dict[str, Array] = field(repr=False)

    @property
    def question(self) -> str:
        """As it was asked."""
        return self.tokenization.question

    @property
    def document(self) -> Document:
        """What it is asked of."""
        return self.tokenization.document

    @property
    def window(self) -> Window:
        """What the row holds."""
        return self.tokenization.windows[self.index]

    @cached_property
    def row(self) -> TokenRow:
        """The row's tokens."""
        return self.tokenization.row(self.index)

    def at(self, window: int) -> Example:
        """Return the same question on a window of the document; this example itself for its own window.

        Raises:
            InputError: there is no such window.
        """
        windows = self.tokenization.windows
        if not 0 <= window < len(windows):
            raise InputError(f"The document has {len(windows)} windows, counted from 0; got {window}.")
        if window == self.index:
            return self
        return Example(self.tokenization, window, dict(rows([windows[window]], tuple(self.inputs))))

    def __str__(self) -> str:
        of = f"window {self.index + 1} of {len(self.tokenization.windows)}"
        return f"{shortened(self.question, 60)} | {shortened(self.document.name, 40)}, {of}"


@dataclass(frozen=True)
class Subject:
    """A reader to look into.

    Attributes:
        reader: of a file that `bertkit convert` wrote.
    """

    reader: Reader
    _graphs: list[tuple[Model, Lowered]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def model(self) -> Model:
        """The reader's model; of one that has learned, the file it began with and the head that it uses now, joined.

        Raises:
            InputError: it is not a Core ML file.
            UnsupportedError: it learned with a head that is deeper than its file's.
        """
        from bertkit.bert.head import HeadedModel
        from bertkit.coreml import Model

        model = self.reader.model
        if isinstance(model, HeadedModel):
            return model.joined()
        if not isinstance(model, Model):
            raise InputError(
                f"Only the layers of a bertkit.coreml.Model can be looked into, not of {type(model).__name__}."
            )
        return model

    @property
    def layered(self) -> bool:
        """Whether `model` is there, so that layers can be looked into."""
        try:
            return self.model is not None
        except (InputError, UnsupportedError):
            return False

    @property
    def name(self) -> str:
        """The model's file name; of a reader that has learned, also that of its head."""
        from bertkit.bert.head import HeadedModel

        model = self.reader.model
        return model.name if isinstance(model, HeadedModel) else self.model.package.path.name

    @property
    def engine(self) -> Engine:
        """What the reader answers with; of a reader that has learned, what runs its encoder."""
        from bertkit.bert.head import HeadedModel

        model = self.reader.model
        return model.encoder.engine if isinstance(model, HeadedModel) else self.model.engine

    @property
    def lowered(self) -> Lowered:
        """The file as a graph that is run operation by operation, in float32 whatever the reader's engine computes in.

        Raises:
            InputError: the reader's model is not a Core ML file.
        """
        model = self.model
        if not self._graphs or self._graphs[-1][0] is not model:  # the reader may have learned since
            self._graphs[:] = [(model, self._graph_of(model))]
        return self._graphs[-1][1]

    def _graph_of(self, model: Model) -> Lowered:
        from bertkit.coreml.engines.torch_engine import TorchEngine
        from bertkit.coreml.lowering import lower

        engine = model.engine if model is self.reader.model else None
        return (
            engine.lowered
            if isinstance(engine, TorchEngine)
            else lower(model.package, model.configuration.function_name)
        )

    @cached_property
    def anatomy(self) -> Anatomy:
        """Where the parts of the model are.

        Raises:
            UnsupportedError: bertkit did not write the file.
        """
        return Anatomy.of(self.lowered.layers)

    def example(
        self, question: str, document: Document, *, answer: Answer | None = None, window: int | None = None
    ) -> Example:
        """Choose the window of a document in which to look at a question.

        Args:
            question: in words.
            document: what it is asked of.
            answer: the window where this answer has the most context; None for the answer that the reader prefers.
            window: this window, whatever the answer.

        Raises:
            InputError: the question is empty or too long, the document has no tokens, there is no such window, or no
                window holds the answer.
        """
        tokenization = tokenize(self.reader, question, document)
        if window is None:
            if answer is None:
                answer = self._best_answer(question, document)
            window = _home(tokenization, answer)
        elif not 0 <= window < len(tokenization.windows):
            raise InputError(f"The document has {len(tokenization.windows)} windows, counted from 0; got {window}.")
        inputs = rows([tokenization.windows[window]], self.reader.settings.inputs)
        return Example(tokenization, window, dict(inputs))

    @property
    def batch_size(self) -> int:
        """How many windows to run together: few, so that work can be cancelled soon."""
        return min(_BATCH, self.reader.settings.max_batch)

    def logits(self, windows: Sequence[Window]) -> tuple[Array, Array]:
        """Run the reader's own engine.

        Args:
            windows: at least one, of one length; where the model takes batches, no more than it takes.

        Returns:
            Start and end logits, [windows, length] float32 each.
        """
        settings = self.reader.settings
        start, end = run(self.reader.model, windows, settings.inputs, together=settings.max_batch > 1)
        return start.astype(np.float32), end.astype(np.float32)

    def _best_answer(self, question: str, document: Document) -> Answer:
        result = self.reader.ask(question, document, top_k=1)
        if len(result) == 0:
            raise InputError(f"The document {document.source!r} has no words to answer with. Choose a window instead.")
        return result[0]


def _home(tokenization: Tokenization, answer: Answer) -> int:
    """Return the window where an answer has the most context on its poorer side; there the reader counts it."""
    best, most = None, -1
    for index, window in enumerate(tokenization.windows):
        passage = window.passage
        first = int(np.searchsorted(passage.ends, answer.start, side="right"))
        last = int(np.searchsorted(passage.starts, answer.end, side="left")) - 1
        context = min(first, len(passage) - 1 - last)
        whole = passage.starts[0] <= answer.start and answer.end <= passage.ends[-1]
        if whole and first <= last and context >= most:
            best, most = index, context
    if best is None:
        raise InputError(
            f"No window of {tokenization.document.source!r} holds the answer at {answer.start}-{answer.end}. "
            "Pass the document and the question that the answer came from."
        )
    return best
