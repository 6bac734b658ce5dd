"""What belongs to one reader and one person: corrections, the encoder, and the versions of the head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bertkit.bert.head import HeadedModel, HeadOptions, build_head, cut_encoder, read_span_weights
from bertkit.bert.head.encoder import SOURCE_DIGEST_KEY
from bertkit.coreml import Configuration, Model, Package
from bertkit.coreml.save import save_model
from bertkit.coreml.update import ModelStore, Version
from bertkit.errors import FileError, InputError
from bertkit.qa.personal.corrections import Corrections
from bertkit.qa.personal.lesson import Known, Lesson, make_lesson

if TYPE_CHECKING:
    from bertkit.qa.reader import Reader

_HEAD = "head.mlmodel"
_STORE = "versions"
_HEAD_CONFIGURATION = Configuration(engine="torch")  # a matrix product: compiling it would take longer than running it


class Personal:
    """A folder with all that a reader learns.

    Args:
        reader: whose model it is about.
        folder: where; None for a folder of this model among the user's data.

    Attributes:
        folder: where it is kept. Delete it to forget everything.
        corrections: the corrected answers.

    Raises:
        InputError: the reader's model was not loaded from a file.
    """

    def __init__(self, reader: Reader, folder: str | Path | None = None) -> None:
        if not isinstance(reader.model, Model):
            raise InputError("Only a reader whose model is a Core ML file can learn. Make it with Reader(path).")
        self.reader = reader
        self._base: Package = reader.model.package
        self._configuration: Configuration = reader.model.configuration
        self.folder = _default_folder(self._base) if folder is None else Path(folder)
        self.corrections = Corrections(self.folder / "corrections.sqlite")
        self._model: HeadedModel | None = None
        self._lessons: dict[tuple[str, str, int, int], Lesson] = {}

    @property
    def is_prepared(self) -> bool:
        """Whether encoder and head are written already."""
        return (self.folder / _STORE / "store.json").exists()

    @property
    def store(self) -> ModelStore:
        """The versions of the head; the base answers as the reader's file does.

        Raises:
            FileError: `prepare` was never called.
        """
        return ModelStore(self.folder / _STORE)

    @property
    def version(self) -> int:
        """Number of the version in use; 0 for the base."""
        return self.store.current.number if self.is_prepared else 0

    def prepare(self, options: HeadOptions | None = None) -> None:
        """Write encoder and head, unless they are there.

        Args:
            options: how the head is built.

        Raises:
            FileError: the folder cannot be written, or is of another model.
            ModelError: the reader's model has no span head that bertkit wrote.
        """
        if self.is_prepared:
            self._check_folder()
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"The folder {self.folder} cannot be made: {error}. Choose another.") from error
        cut_encoder(self._base, self._encoder_path)
        head = save_model(self.folder / _HEAD, build_head(read_span_weights(self._base), options))
        ModelStore.create(self.folder / _STORE, head)
        head.unlink()

    @property
    def model(self) -> HeadedModel:
        """Encoder and the head in use, loaded once."""
        if self._model is None:
            self.prepare()
            self._model = HeadedModel(Model.load(self._encoder_path, self._configuration), self.head(), self._base)
        return self._model

    def head(self, version: Version | int | None = None) -> Model:
        """Return the head of a version, of the one in use for None."""
        return Model.load(self.store.path(version), _HEAD_CONFIGURATION)

    def use_current(self) -> None:
        """Let the reader answer with the version in use."""
        self.model.head = self.head()
        self.reader.model = self.model

    def rollback(self, to: Version | int | None = None) -> Version:
        """Use an earlier version again; see `ModelStore.rollback`.

        Raises:
            InputError: nothing was learned yet, or the base is in use.
        """
        if not self.is_prepared:
            raise InputError("The reader has learned nothing yet: there is nothing to roll back.")
        version = self.store.rollback(to)
        self.use_current()
        return version

    def known(self) -> list[Known]:
        """Return the corrections as known answers."""
        return [Known(one.question, one.source, one.start, one.end) for one in self.corrections]

    def lessons(self, known: Sequence[Known]) -> Iterator[Lesson]:
        """Yield the lesson of each known answer; the encoder reads each once.

        Raises:
            InputError: an answer fits into no window.
        """
        for one in known:
            key = (one.question, one.document.text, one.start, one.end)
            if key not in self._lessons:
                reader = self.reader
                self._lessons[key] = make_lesson(
                    one, reader.encoder, reader.frame(one.question), self.model, reader.settings.inputs
                )
            yield self._lessons[key]

    @property
    def _encoder_path(self) -> Path:
        return self.folder / f"encoder{self._base.path.suffix}"

    def _check_folder(self) -> None:
        found = Package.open(self._encoder_path).metadata.get(SOURCE_DIGEST_KEY)
        if found != self._base.digest:
            raise FileError(
                f"{self.folder} belongs to another model than {self._base.path}. Choose another folder, or delete it."
            )


def _default_folder(base: Package) -> Path:
    import platformdirs

    return platformdirs.user_data_path("bertkit", appauthor=False) / "personal" / base.digest[:16]
