"""A pad that guesses which emoji is drawn, and is taught new ones by a few drawings."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bertkit.coreml import Configuration, Model, Package
from bertkit.coreml.kinds import pipeline_models
from bertkit.coreml.update import ModelStore
from bertkit.coreml.update.versions import INDEX
from bertkit.drawing.drawing import Drawing
from bertkit.drawing.drawing_input import DrawingInput
from bertkit.drawing.emoji import checked_label, name_of
from bertkit.drawing.examples import Example, Lesson, State
from bertkit.errors import FileError, InputError, ModelError
from bertkit.files import replaced_folder
from bertkit.resources import resource

DEFAULT_MODEL = "models/drawing-to-emoji.mlmodel"
_STORE, _EXAMPLES, _BASE = "models", "examples.json", 0


@dataclass(frozen=True)
class Guess:
    """What a drawing may show.

    Attributes:
        emoji: or a word.
        score: its share of the votes of the nearest examples, 0 to 1.
    """

    emoji: str
    score: float

    @property
    def name(self) -> str:
        """The emoji in words."""
        return name_of(self.emoji)


class EmojiPad:
    """Guesses drawings, and learns from examples. What it was taught stays in its folder, on this machine.

        pad = EmojiPad("my pad")
        pad.teach([first, second, third], "🦝")
        pad.guess(fourth)[0].emoji

    Args:
        folder: where the examples and the versions of the model are kept; made if it is not there. None keeps them only
            as long as the pad, see `save`.
        model: what a new folder begins with: an updatable pipeline of an image network and nearest neighbors; the
            embedded drawing model when None.
        configuration: how the model is run.

    Raises:
        FileError: the folder cannot be read or written, or was made for something else.
        ModelError: the model is not updatable, or takes no drawings.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        model: str | Path | None = None,
        configuration: Configuration | None = None,
    ) -> None:
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="bertkit-pad-")  # removed with the pad
            folder = self._temporary.name
        self.folder = Path(folder)
        self._configuration = Configuration() if configuration is None else configuration
        self._models: dict[int, Model] = {}
        self._lock = threading.RLock()
        if not (self.folder / _EXAMPLES).exists():
            _begin(self.folder, resource(DEFAULT_MODEL) if model is None else Path(model))
        self.store = ModelStore(self.folder / _STORE)
        self._lesson = Lesson.read(self.folder / _EXAMPLES)
        self._settle()
        self._input = DrawingInput.of(self._model(self.version).description)

    @property
    def version(self) -> int:
        """The version of the model in use; 0 is the one that the pad began with."""
        return self._lesson.now.version

    @property
    def model_path(self) -> Path:
        """The Core ML file in use: copy it into an app, and it knows what the pad was taught."""
        return self.store.path(self.version)

    @property
    def examples(self) -> tuple[Example, ...]:
        """What the pad was taught, in order."""
        return self._lesson.now.examples

    @property
    def known(self) -> tuple[str, ...]:
        """All emoji that can be guessed, those known from the start first."""
        return tuple(dict.fromkeys(_labels(self._model(self.version).package)))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return len(self._lesson.states) > 1

    def guess(self, drawing: Drawing, top: int = 5, version: int | None = None) -> list[Guess]:
        """Say what a drawing may show.

        Args:
            drawing: any size, anywhere.
            top: the most guesses.
            version: of the model; None is the one in use, 0 the one that the pad began with.

        Returns:
            The best first; none when nothing is known yet.

        Raises:
            InputError: there is no such version.
        """
        model = self._model(self.version if version is None else version)
        function = model.description.function(None)
        shares = model.predict({self._input.name: self._input.image(drawing)})[function.predicted_probabilities_name]
        known = set(_labels(model.package))
        voted = [Guess(str(label), float(share)) for label, share in shares.items() if share > 0 and label in known]
        return sorted(voted, key=lambda guess: -guess.score)[:top]

    def teach(self, drawings: Drawing | Sequence[Drawing], emoji: str) -> tuple[Example, ...]:
        """Teach what drawings show; three are enough to begin with.

        Args:
            drawings: one or several.
            emoji: or a word.

        Raises:
            InputError: no drawing, not an emoji or a word, or too many examples.
            FileError: the folder cannot be written, or another process writes; the pad is as it was.
        """
        label = checked_label(emoji)
        listed = [drawings] if isinstance(drawings, Drawing) else list(drawings)
        if not listed:
            raise InputError(f"To teach {label} at least one drawing is wanted, got none.")
        with self._lock:
            added = self._lesson.added(listed, label)
            version = self._learned(added)
            self._step(self._lesson.then(State(version, (*self.examples, *added))))
        return added

    def delete(self, *numbers: int) -> None:
        """Delete examples: the model is made anew from the base and the examples that are left.

        Raises:
            InputError: there is no example of that number.
            FileError: the folder cannot be written, or another process writes; the pad is as it was.
        """
        with self._lock:
            missing = set(numbers) - {example.number for example in self.examples}
            if missing:
                raise InputError(
                    f"There is no example {min(missing)}; there are {len(self.examples)} of other numbers."
                )
            left = tuple(example for example in self.examples if example.number not in numbers)
            before = self.version
            try:
                self.store.rollback(_BASE)
                version = self._learned(left) if left else _BASE
            except BaseException:
                self.store.rollback(before)
                raise
            self._step(self._lesson.then(State(version, left)))

    def undo(self) -> None:
        """Take back the last time something was taught or deleted.

        Raises:
            InputError: there is nothing to take back.
        """
        with self._lock:
            self._step(self._lesson.back())

    def save(self, folder: str | Path) -> None:
        """Copy the pad, with everything it was taught, into a folder that `EmojiPad(folder)` opens.

        Raises:
            FileError: it cannot be written; what was there is as it was.
        """
        target = Path(folder)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, replaced_folder(target) as staging:
                shutil.copytree(self.folder, staging, dirs_exist_ok=True)
        except OSError as error:
            raise FileError(f"The pad cannot be saved in {target}: {error}.") from error

    def _learned(self, examples: Iterable[Example]) -> int:
        """Add examples to the version in use of the store, and return the number of the new one."""
        label = self._model(_BASE).description.function(None).predicted_feature_name
        rows = [{self._input.name: self._input.image(each.drawing), label: each.emoji} for each in examples]
        task = self.store.update(rows, self._configuration, checkpoint=None)  # too short to be worth one
        task.resume()
        return self.store.keep(task.result()).number

    def _step(self, lesson: Lesson) -> None:
        lesson.write(self.folder / _EXAMPLES)
        self._lesson = lesson
        self._settle()

    def _settle(self) -> None:
        """Let the store use what the examples say, and drop versions that nothing leads back to."""
        if self.store.current.number != self.version:
            self.store.rollback(self.version)
        wanted = {_BASE, *(state.version for state in self._lesson.states)}
        for version in self.store.versions:
            if version.number not in wanted:
                self.store.discard(version)
                self._models.pop(version.number, None)

    def _model(self, version: int) -> Model:
        with self._lock:
            if version not in self._models:
                kept = {number: self._models[number] for number in (_BASE, self.version) if number in self._models}
                self._models = {**kept, version: Model.load(self.store.path(version), self._configuration)}
            return self._models[version]


def _begin(folder: Path, model: Path) -> None:
    """Make an empty pad; one whose making was interrupted is finished."""
    package = Package.open(model)
    _check(package)
    if not (folder / _STORE / INDEX).exists():
        ModelStore.create(folder / _STORE, package)
    elif len(ModelStore(folder / _STORE).versions) > 1:
        raise FileError(f"{folder} holds models that no pad was taught. Choose another folder for the pad.")
    Lesson((State(_BASE, ()),), 1).write(folder / _EXAMPLES)


def _labels(package: Package) -> list[str]:
    return list(pipeline_models(package.specification)[-1][1].kNearestNeighborsClassifier.stringClassLabels.vector)


def _check(package: Package) -> None:
    last = pipeline_models(package.specification)[-1][1] if package.model_type == "pipelineClassifier" else None
    if last is None or last.WhichOneof("Type") != "kNearestNeighborsClassifier":
        raise ModelError(
            "A pad must begin with a pipeline classifier that ends in nearest neighbors; this model is "
            f"{package.model_type}. Leave the model out to begin with the embedded one."
        )
