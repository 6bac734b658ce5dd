"""A reader's file with a null threshold and a temperature fitted to known answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bertkit.bert.settings import READER_KEY, ReaderSettings
from bertkit.qa.calibrate import observe, with_null_threshold, with_temperature
from bertkit.qa.datasets import KnownQuestion
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.reader import Reader

if TYPE_CHECKING:
    from bertkit.coreml import Configuration


@dataclass(frozen=True)
class Recalibration:
    """What was fitted.

    Attributes:
        path: the file that was written.
        settings: what it now says of itself.
        count: questions that the settings were fitted to.
        unanswerable: how many of them have no answer; with none, the null threshold is left as it was.
    """

    path: Path
    settings: ReaderSettings
    count: int
    unanswerable: int

    def summary(self) -> str:
        """Return what was fitted, in a line."""
        return (
            f"Wrote {self.path}: temperature {self.settings.temperature:.3f}, null threshold "
            f"{self.settings.null_threshold:.3f}, from {self.count} questions, {self.unanswerable} without an answer."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain values."""
        return {
            "path": str(self.path),
            "temperature": self.settings.temperature,
            "null_threshold": self.settings.null_threshold,
            "count": self.count,
            "unanswerable": self.unanswerable,
        }


def recalibrate(
    model: str | Path,
    questions: list[KnownQuestion],
    *,
    out: str | Path | None = None,
    configuration: Configuration | None = None,
    progress: ProgressCallback | None = None,
) -> Recalibration:
    """Fit a reader's null threshold and temperature, and write them into its file.

    Args:
        model: a Core ML reader.
        questions: with known answers, such as the model was not trained on and will not be judged by.
        out: where to write; None replaces `model`.
        configuration: how to run it.
        progress: called with the windows read and their number in all (an estimate at first).

    Raises:
        InputError: there are no questions, or one is too long for the model.
        FileError: the file cannot be read or written.
        ModelError: the model is no reader.
    """
    from bertkit.coreml import Package, save_model

    reader = Reader(model, configuration=configuration)
    observations = observe(reader, questions, progress)
    unanswerable = sum(not observation.answerable for observation in observations)
    settings = reader.settings
    if 0 < unanswerable < len(observations):
        settings = with_null_threshold(settings, observations)
    settings = with_temperature(settings, observations)

    package = Package.open(model)
    package.specification.description.metadata.userDefined[READER_KEY] = settings.to_json()
    weights = package.weight_paths()
    path = save_model(
        package.path if out is None else out, package.specification, weights[0].parent if weights else None
    )
    return Recalibration(path, settings, len(observations), unanswerable)
