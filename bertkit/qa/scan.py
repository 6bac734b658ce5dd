"""Documents through a model: windows are cut, gathered into batches of one length, and run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bertkit.errors import ModelError
from bertkit.qa.candidates import Candidate
from bertkit.qa.document import Document
from bertkit.qa.encoding import Encoder
from bertkit.qa.progress import Meter
from bertkit.qa.spans import TokenSpan
from bertkit.qa.windows import Cutter, Frame, Window, rows

START_OUTPUT, END_OUTPUT = "start_logits", "end_logits"


class Predictor(Protocol):
    """What a reader needs of a model; `bertkit.coreml.Model` is one."""

    @property
    def description(self) -> Any:
        """The model's interface and metadata."""

    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Run the model once."""

    def predict_batch(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Run the model once for each row."""


@dataclass(frozen=True)
class Task:
    """Questions, by their index, that are asked of one document."""

    document: Document
    questions: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """A window, and whose it is."""

    question: int
    document: Document
    window: Window


def cut_all(tasks: Iterable[Task], frames: Sequence[Frame], encoder: Encoder, meter: Meter) -> Iterator[Row]:
    """Yield the windows of all tasks; a document is tokenized once for all of its questions."""
    for task in tasks:
        cutters = {question: Cutter(frames[question]) for question in task.questions}
        covered = dict.fromkeys(cutters, 0)
        for piece in encoder.document(task.document):
            for question, cutter in cutters.items():
                for window in cutter.feed(piece):
                    end = int(window.passage.ends[-1])
                    meter.cut(characters=end - covered[question], windows=1)
                    covered[question] = end
                    yield Row(question, task.document, window)
        for question, cutter in cutters.items():
            windows = list(cutter.finish())
            meter.cut(characters=len(task.document.text) - covered[question], windows=len(windows))
            yield from (Row(question, task.document, window) for window in windows)


def batched(all_rows: Iterable[Row], batch_size: int) -> Iterator[list[Row]]:
    """Gather rows of the same length; at most `batch_size` rows a length wait at any time."""
    waiting: dict[int, list[Row]] = {}
    for row in all_rows:
        group = waiting.setdefault(row.window.length, [])
        group.append(row)
        if len(group) == batch_size:
            yield waiting.pop(row.window.length)
    for length in sorted(waiting):
        yield waiting[length]


def run(
    model: Predictor, windows: Sequence[Window], inputs: Sequence[str], *, together: bool
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Run the model on windows of one length.

    Args:
        model: the model.
        windows: what to read.
        inputs: names of the model's inputs.
        together: whether the model takes all windows as one batch.

    Returns:
        Start and end logits, each [windows, length].

    Raises:
        ModelError: the model has no such outputs, or they have another shape.
    """
    arrays = rows(windows, inputs)
    if together:
        outputs = [model.predict(arrays)]
    else:
        singles = [{name: array[row : row + 1] for name, array in arrays.items()} for row in range(len(windows))]
        outputs = model.predict_batch(singles)
    shape = (len(windows), windows[0].length)
    return _joined(outputs, START_OUTPUT, shape), _joined(outputs, END_OUTPUT, shape)


def _joined(outputs: Sequence[Mapping[str, Any]], name: str, shape: tuple[int, int]) -> NDArray[np.floating]:
    for output in outputs:
        if not {START_OUTPUT, END_OUTPUT} <= set(output):
            raise ModelError(
                f'A reader needs the outputs "{START_OUTPUT}" and "{END_OUTPUT}"; this model returns '
                f"{', '.join(output)}. Convert a question-answering checkpoint with: bertkit convert"
            )
    joined = np.concatenate([np.asarray(output[name]) for output in outputs])
    if joined.shape != shape:
        raise ModelError(f'The model\'s "{name}" must have shape [rows, length] = {shape}, got {joined.shape}.')
    return joined


def candidates(row: Row, spans: Iterable[TokenSpan], lowest_score: float) -> Iterator[Candidate]:
    """Yield the characters of a row's token spans, without white space around them.

    Args:
        row: whose spans they are.
        spans: best first.
        lowest_score: spans below it are left out.
    """
    text, passage = row.document.text, row.window.passage
    for span in takewhile(lambda span: span.score >= lowest_score, spans):
        start, end = int(passage.starts[span.first]), int(passage.ends[span.last])
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end:
            yield Candidate(span.score, row.document, start, end)
