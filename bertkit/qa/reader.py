"""Ask documents questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bertkit.bert.settings import READER_KEY, TOKENIZER_KEY, ReaderSettings
from bertkit.errors import InputError, ModelError
from bertkit.qa import scan
from bertkit.qa.answers import Result
from bertkit.qa.candidates import Pool, to_result
from bertkit.qa.document import Document
from bertkit.qa.encoding import Encoder
from bertkit.qa.progress import Meter, Progress, ProgressCallback
from bertkit.qa.spans import best_spans
from bertkit.qa.windows import INPUTS, Frame

if TYPE_CHECKING:
    from bertkit.coreml import Configuration
    from bertkit.qa.personal import Correction, Corrections, Personal, Personalization

Documents = Document | Path | Iterable[Document | Path]

_DEFAULT_BATCH_SIZE = 8
_RANGE_STEP = 32


class Update(NamedTuple):
    """What `Reader.stream` yields: the result as far as it is known, and how far that is."""

    result: Result
    progress: Progress


@dataclass(frozen=True)
class Options:
    """How documents are searched; see `Reader.ask`."""

    top_k: int = 5
    max_answer_tokens: int = 30
    overlap_tokens: int | None = None
    batch_size: int | None = None

    def __post_init__(self) -> None:
        for name in ("top_k", "max_answer_tokens", "batch_size"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise InputError(f"{name} must be at least 1, got {value}.")


class Reader:
    """Answers questions with the words of documents.

    Args:
        model: the path of a Core ML file that `bertkit convert` wrote, a loaded `bertkit.coreml.Model`, or None for the
            reader that ships with bertkit.
        configuration: how to run it, when it is loaded here.
        personal: folder where corrections and what was learned from them are kept; a reader of such a folder answers
            with what it learned last. None until `correct` is called, which then uses a folder among the user's data.

    Attributes:
        model: the model.
        settings: what it says of itself.
        encoder: its tokenizer.

    Raises:
        FileError: nothing is at the path, or it is no Core ML model.
        ModelError: the model does not carry what a reader needs.
        InputError: a configuration is given for a model that is loaded already.

    Example:
        ```python
        reader = Reader()
        result = reader.ask("Who built the first lighthouse?", Document.open("lighthouses.txt"))
        print(result.best)
        ```
    """

    def __init__(
        self,
        model: str | Path | scan.Predictor | None = None,
        *,
        configuration: Configuration | None = None,
        personal: str | Path | None = None,
    ) -> None:
        self.model = _loaded(model, configuration)
        metadata = self.model.description.metadata.user_defined
        self.settings = ReaderSettings.from_metadata(metadata)
        if TOKENIZER_KEY not in metadata:
            raise ModelError(
                f'This model cannot answer questions: its metadata has "{READER_KEY}" but no "{TOKENIZER_KEY}". '
                "Convert the checkpoint again with: bertkit convert"
            )
        unknown = [name for name in self.settings.inputs if name not in INPUTS]
        if unknown:
            raise ModelError(
                f"A reader feeds the inputs {', '.join(INPUTS)}; this model also wants {', '.join(unknown)}."
            )
        self._lengths = _row_lengths(self.model, self.settings)
        self.encoder = Encoder(metadata[TOKENIZER_KEY])
        self._personal: Personal | None = None
        if personal is not None:
            self._personal = _personal_of(self, personal)
            if self._personal.version:
                self._personal.use_current()

    def ask(
        self,
        question: str,
        documents: Documents,
        top_k: int = 5,
        max_answer_tokens: int = 30,
        overlap_tokens: int | None = None,
        batch_size: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> Result:
        """Ask one question of one or several documents.

        Args:
            question: in words.
            documents: documents, or paths of files to open. Their order does not matter. A bare str is refused, since
                it could be a path or a text.
            top_k: the most answers to return.
            max_answer_tokens: the longest answer, in word pieces.
            overlap_tokens: word pieces that neighboring windows share; 128 when not given, less in short windows.
            batch_size: windows run together; 8 when not given, or what the model takes.
            progress: called with the windows read and their number in all (an estimate at first) after each batch.

        Returns:
            Answers, likeliest first, and the case for "no answer".

        Raises:
            InputError: the question is empty or too long, there is no document, or an option is out of range.
        """
        return self.ask_many([question], documents, top_k, max_answer_tokens, overlap_tokens, batch_size, progress)[0]

    def ask_many(
        self,
        questions: Sequence[str],
        documents: Documents,
        top_k: int = 5,
        max_answer_tokens: int = 30,
        overlap_tokens: int | None = None,
        batch_size: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> list[Result]:
        """Ask several questions of the same documents; one result a question, in order. Arguments as `ask`."""
        if isinstance(questions, str):
            raise InputError("ask_many takes a list of questions, got a str. Pass [question], or use ask.")
        opened = _opened(documents)
        tasks = [scan.Task(document, tuple(range(len(questions)))) for document in opened]
        options = Options(top_k, max_answer_tokens, overlap_tokens, batch_size)
        return self.read(questions, tasks, options, progress)

    def stream(
        self,
        question: str,
        documents: Documents,
        top_k: int = 5,
        max_answer_tokens: int = 30,
        overlap_tokens: int | None = None,
        batch_size: int | None = None,
    ) -> Iterator[Update]:
        """Ask one question and yield the best answers so far after each batch; the last is what `ask` returns.

        Nothing is yielded for documents in which the model's tokenizer finds no words. Arguments as `ask`.
        """
        options = Options(top_k, max_answer_tokens, overlap_tokens, batch_size)
        tasks = [scan.Task(document, (0,)) for document in _opened(documents)]
        frames = self._frames([question], options)
        return self._updates(question, frames, tasks, options)

    def _updates(
        self, question: str, frames: Sequence[Frame], tasks: Sequence[scan.Task], options: Options
    ) -> Iterator[Update]:
        pools = [Pool(options.top_k)]
        for progress in self._fill(pools, frames, tasks, options):
            yield Update(self._result(question, pools[0], options), progress)

    @property
    def personal(self) -> Personal:
        """What this reader learns: its corrections, and the versions of its head.

        Raises:
            InputError: the reader's model was not loaded from a file.
        """
        if self._personal is None:
            self._personal = _personal_of(self, None)
        return self._personal

    @property
    def corrections(self) -> Corrections:
        """The corrected answers, which stay on this machine: iterate, `delete(number)`, `clear()`."""
        return self.personal.corrections

    def correct(self, question: str, document: Document, answer: tuple[int, int] | str) -> Correction:
        """Remember the right answer to a question, for `personalize`.

        Args:
            question: in words.
            document: where the answer stands.
            answer: offsets of its first character and after its last, or the words where they stand only once.

        Raises:
            InputError: there are no such words, or they stand in several places.
            FileError: the correction cannot be saved.
        """
        start, end = _found(document, answer) if isinstance(answer, str) else answer
        return self.corrections.add(question, document, start, end)

    def personalize(
        self, *, hold_back: float = 0.2, repeat: bool = True, parameters: Mapping[Any, Any] | None = None
    ) -> Personalization:
        """Return an update that learns the corrections; `resume()` begins it, `keep()` puts it in use.

        Arguments as `bertkit.qa.personal.Personalization`. The head is linear, as the reader's own is; call
        `reader.personal.prepare(HeadOptions(units=32))` before for a deeper one, which remembers more of what it is
        taught, and after many corrections forgets more of the rest.

        Raises:
            InputError: there is no correction, or an argument is out of range.
            ModelError: the reader's model has no span head that bertkit wrote.
            FileError: the folder cannot be written.
        """
        from bertkit.qa.personal import Personalization

        return Personalization(self.personal, hold_back=hold_back, repeat=repeat, parameters=parameters)

    def rollback(self, to: int | None = None) -> int:
        """Answer again as before the last `keep`, or with version `to`; 0 is the reader's own file.

        Returns:
            The version in use.

        Raises:
            InputError: there is nothing before, or no such version.
        """
        return self.personal.rollback(to).number

    def frame(self, question: str, overlap_tokens: int | None = None) -> Frame:
        """Return what all windows of a question have in common; see `bertkit.qa.windows.cut`.

        Raises:
            InputError: as `ask`.
        """
        question_ids = self.encoder.question(question)
        return Frame.for_question(question_ids, self.settings.pair, self._lengths, overlap_tokens)

    def search(
        self,
        questions: Sequence[str],
        tasks: Sequence[scan.Task],
        options: Options,
        progress: ProgressCallback | None = None,
    ) -> list[Pool]:
        """Ask each question of its own documents, in shared batches; one pool of candidates a question, in order.

        Args:
            questions: what is asked.
            tasks: which questions are asked of which document.
            options: how to search.
            progress: as in `ask`.

        Raises:
            InputError: as `ask`.
        """
        pools = [Pool(options.top_k) for _ in questions]
        for step in self._fill(pools, self._frames(questions, options), tasks, options):
            if progress is not None:
                progress(step.done, step.total)
        return pools

    def read(
        self,
        questions: Sequence[str],
        tasks: Sequence[scan.Task],
        options: Options,
        progress: ProgressCallback | None = None,
    ) -> list[Result]:
        """Do as `search`, and return the result of each question."""
        pools = self.search(questions, tasks, options, progress)
        return [self._result(question, pool, options) for question, pool in zip(questions, pools, strict=True)]

    def _fill(
        self, pools: Sequence[Pool], frames: Sequence[Frame], tasks: Sequence[scan.Task], options: Options
    ) -> Iterator[Progress]:
        """Search all windows, a batch at a time, and put what is found into the questions' pools."""
        meter = Meter(sum(len(task.document.text) * len(task.questions) for task in tasks))
        together = self.settings.max_batch > 1
        for batch in scan.batched(scan.cut_all(tasks, frames, self.encoder, meter), self._batch_size(options)):
            windows = [row.window for row in batch]
            start, end = scan.run(self.model, windows, self.settings.inputs, together=together)
            longest, count = options.max_answer_tokens, pools[0].size
            found = best_spans(start, end, windows, max_answer_tokens=longest, count=count)
            for row, spans in zip(batch, found, strict=True):
                pool = pools[row.question]
                pool.add(scan.candidates(row, spans, pool.lowest_score))
            yield meter.read(len(batch))

    def _frames(self, questions: Sequence[str], options: Options) -> list[Frame]:
        return [self.frame(question, options.overlap_tokens) for question in questions]

    def _batch_size(self, options: Options) -> int:
        wanted = _DEFAULT_BATCH_SIZE if options.batch_size is None else options.batch_size
        return min(wanted, self.settings.max_batch) if self.settings.max_batch > 1 else wanted

    def _result(self, question: str, pool: Pool, options: Options) -> Result:
        return to_result(
            question,
            pool.best,
            top_k=options.top_k,
            temperature=self.settings.temperature,
            null_threshold=self.settings.null_threshold,
        )


def _personal_of(reader: Reader, folder: str | Path | None) -> Personal:
    from bertkit.qa.personal import Personal

    return Personal(reader, folder)


def _found(document: Document, words: str) -> tuple[int, int]:
    count = document.text.count(words) if words.strip() else 0
    if count != 1:
        raise InputError(
            f"The words {words!r} stand {count} times in {document.source!r}; wanted once. Pass the offsets "
            "(start, end) of the right place."
        )
    start = document.text.index(words)
    return start, start + len(words)


def _loaded(model: str | Path | scan.Predictor | None, configuration: Configuration | None) -> scan.Predictor:
    if model is None:
        from bertkit.resources import default_model

        model = default_model()
    if isinstance(model, str | Path):
        from bertkit.coreml import Model

        loaded: scan.Predictor = Model.load(model, configuration=configuration)
        return loaded
    if configuration is not None:
        raise InputError("A configuration applies when the reader loads the model; this one is loaded already.")
    return model


def _row_lengths(model: scan.Predictor, settings: ReaderSettings) -> tuple[int, ...]:
    """Return the row lengths to use: those that the model lists, or steps between the ends of a range."""
    from bertkit.coreml.shapes import ShapeRange

    shapes = [getattr(feature.type, "shape", None) for feature in model.description.inputs]
    if not any(isinstance(shape, ShapeRange) for shape in shapes):
        return settings.lengths
    shortest, longest = settings.lengths[0], settings.lengths[-1]
    return (*range(shortest, longest, _RANGE_STEP), longest)


def _opened(documents: Documents) -> tuple[Document, ...]:
    """Return the documents, opened where they are paths, each once."""
    listed = [documents] if isinstance(documents, Document | Path | str) else list(documents)
    if not listed:
        raise InputError("There is no document to ask. Pass at least one.")
    return tuple(dict.fromkeys(map(Document.of, listed)))
