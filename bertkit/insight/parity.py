"""The original against the file: how far each module's output is off, and whether the answer is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bertkit.errors import InputError
from bertkit.insight.band import Band, RowSpan
from bertkit.insight.original_names import original_names
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.text import shortened, table
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.scan import END_OUTPUT, START_OUTPUT

if TYPE_CHECKING:
    from bertkit.coreml.configuration import EngineName

TOLERANCE = 1e-2
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class ModuleParity:
    """One module of the original beside the layer of the file that computes the same.

    Attributes:
        layer: of the file.
        original: the module's name.
        max_error: largest absolute difference, padding left out.
        cosine: of the angle between both outputs as vectors; 1 means the same direction.
        snr_db: power of the original over that of the difference, in decibels; infinite where both are equal.
        above: whether `max_error` is above the tolerance.
    """

    layer: str
    original: str
    max_error: float
    cosine: float
    snr_db: float
    above: bool

    @classmethod
    def of(cls, layer: str, original: str, found: Array, wanted: Array, tolerance: float) -> ModuleParity:
        """Compare two arrays of one shape."""
        ours, theirs = found.astype(np.float64).ravel(), wanted.astype(np.float64).ravel()
        difference = ours - theirs
        error = float(np.abs(difference).max(initial=0.0))
        noise, signal = float(difference @ difference), float(theirs @ theirs)
        lengths = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
        cosine = 1.0 if noise == 0 else float(ours @ theirs) / lengths if lengths > 0 else 0.0
        snr = float("inf") if noise == 0 else 10 * float(np.log10(signal / noise)) if signal > 0 else float("-inf")
        return cls(layer, original, error, cosine, snr, not error <= tolerance)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values; an SNR that is not finite is None."""
        return {**vars(self), "snr_db": self.snr_db if np.isfinite(self.snr_db) else None}


@dataclass(frozen=True)
class AnswerParity:
    """The final answer of one engine beside the original's.

    Attributes:
        engine: its name.
        settings: what it runs with: device, precision, threads.
        max_error: largest absolute difference of a start or end logit, padding left out.
        answer: the best span.
        same: whether it is the original's.
    """

    engine: str
    settings: str
    max_error: float
    answer: RowSpan
    same: bool

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {**vars(self), "answer": self.answer.to_json()}


@dataclass(frozen=True)
class Parity:
    """The original against the file on one example.

    Attributes:
        example: the question and the window.
        tolerance: largest error of a module that passes.
        modules: in the order in which the original computes them; compared in float32 on the portable graph.
        answer: the original's best span; None until everything is compared.
        engines: final answers; empty until everything is compared.
    """

    example: Example
    tolerance: float
    modules: tuple[ModuleParity, ...]
    answer: RowSpan | None = None
    engines: tuple[AnswerParity, ...] = ()

    @property
    def first_above(self) -> ModuleParity | None:
        """The first module above the tolerance; None where all pass."""
        return next((module for module in self.modules if module.above), None)

    @property
    def statement(self) -> str:
        """The finding in words."""
        first, count = self.first_above, len(self.modules)
        said = f"All {count} modules are within {self.tolerance:g}."
        if first is not None:
            said = (
                f"The first of {count} modules above {self.tolerance:g} is {first.layer} ({first.original}): "
                f"{first.max_error:.2e}."
            )
        finals = [f"{engine.engine} {'the same' if engine.same else 'another'} answer" for engine in self.engines]
        return said if not finals else f"{said} Beside the original: {', '.join(finals)}."

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        first = self.first_above
        return {
            "question": self.example.question,
            "document": self.example.document.source,
            "window": self.example.index,
            "tolerance": self.tolerance,
            "modules": [module.to_json() for module in self.modules],
            "first_above": None if first is None else first.layer,
            "answer": None if self.answer is None else self.answer.to_json(),
            "engines": [engine.to_json() for engine in self.engines],
            "statement": self.statement,
        }

    def __str__(self) -> str:
        first = self.first_above
        rows = [
            (
                module.layer,
                module.original,
                f"{module.max_error:.2e}",
                f"{module.cosine:.8f}",
                f"{module.snr_db:.1f}",
                "<- first above" if module is first else "above" if module.above else "",
            )
            for module in self.modules
        ]
        finals = [
            (
                engine.engine,
                engine.settings,
                f"{engine.max_error:.2e}",
                shortened(engine.answer.text, _SHOWN_CHARACTERS),
            )
            for engine in self.engines
        ]
        return "\n".join(
            [
                str(self.example),
                self.statement,
                table(("layer", "original", "max error", "cosine", "SNR dB", ""), rows),
                table(("engine", "settings", "max error", "answer"), finals),
            ]
        )


def compare_modules(
    subject: Subject,
    checkpoint: str | Path,
    example: Example,
    *,
    tolerance: float = TOLERANCE,
    engines: Sequence[EngineName] = (),
    progress: ProgressCallback | None = None,
    partial: Callable[[Parity], None] | None = None,
) -> Parity:
    """Run the original and the file side by side, comparing each module as both have computed it.

    Nothing is kept but the values of the modules at hand, so the size of the model does not matter.

    Args:
        subject: a reader whose file bertkit wrote; any family, either format.
        checkpoint: what it was converted from: a folder, or an id on the Hugging Face hub.
        example: the question and the window.
        tolerance: largest error of a module that passes. Files that store float16 stay within about 1e-2, float32 1e-4.
        engines: whose final answers to compare besides the reader's own.
        progress: called after each module; what it raises ends the work.
        partial: called after each module with what is known so far.

    Raises:
        UnsupportedError: bertkit did not write the file, or an engine does not run here.
        FileError: the checkpoint cannot be found or read.
        CheckpointError: it is no question-answering checkpoint.
        InputError: it is of another family or size than the file, or the tolerance is negative.
        DependencyError: transformers, or an engine, is not installed.
    """
    from bertkit.bert.checkpoint import Checkpoint
    from bertkit.insight.original import Original
    from bertkit.insight.side_by_side import SideBySide

    if tolerance < 0:
        raise InputError(f"tolerance must be at least 0, got {tolerance}.")
    opened = Checkpoint.open(checkpoint)
    family = subject.reader.settings.family
    if opened.family != family:
        raise InputError(
            f"The file was converted from the family {family}; {checkpoint} is of the family {opened.family}."
        )
    sides = SideBySide(subject.lowered, original_names(family, subject.lowered.layers), example)
    result = Parity(example, tolerance, ())

    def compare(original: str, wanted: Array) -> None:
        nonlocal result
        layer, found = sides.partner(original, wanted)
        compared = ModuleParity.of(layer, original, found, wanted[:, : example.row.filled], tolerance)
        result = replace(result, modules=(*result.modules, compared))
        if partial is not None:
            partial(result)
        if progress is not None:
            progress(len(result.modules), sides.count)

    logits = Original(opened).run(example.inputs, sides.originals, compare)
    wanted = logits[START_OUTPUT][0], logits[END_OUTPUT][0]
    answer = Band.of(example, *wanted).answer
    return replace(result, answer=answer, engines=tuple(_finals(subject, example, wanted, answer, engines)))


def _finals(
    subject: Subject,
    example: Example,
    wanted: tuple[Array, Array],
    answer: RowSpan,
    engines: Sequence[EngineName],
) -> list[AnswerParity]:
    from bertkit.coreml import Model

    own = subject.model
    others = [engine for engine in engines if engine != own.engine.name]
    models = [own, *(Model(own.package, replace(own.configuration, engine=engine)) for engine in others)]
    filled = example.row.filled
    compared = []
    for model in models:
        outputs = model.predict(example.inputs)
        found = outputs[START_OUTPUT][0].astype(np.float32), outputs[END_OUTPUT][0].astype(np.float32)
        error = max(float(np.abs(ours - theirs)[:filled].max()) for ours, theirs in zip(found, wanted, strict=True))
        best = Band.of(example, *found).answer
        compared.append(AnswerParity(model.engine.name, model.engine.settings, error, best, best.place == answer.place))
    return compared
