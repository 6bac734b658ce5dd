"""The original against the file: how far each module's output is off, and whether the answer is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bertkit.errors import InputError
from bertkit.insight.band import Band, RowSpan
from bertkit.insight.module_parity import AnswerParity, ModuleParity
from bertkit.insight.original_names import original_names
from bertkit.insight.subject import Array, Example, Subject
from bertkit.insight.text import shortened, table
from bertkit.qa.progress import ProgressCallback
from bertkit.qa.scan import END_OUTPUT, START_OUTPUT

if TYPE_CHECKING:
    from bertkit.coreml.configuration import EngineName
    from bertkit.insight.side_by_side import SideBySide

TOLERANCE = 1e-2
_SHOWN_CHARACTERS = 40


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
        tolerance: largest error of a module that passes. Files that store float32 stay within about 1e-4, float16
            within 1e-2; compressed ones differ by more.
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
    comparison = _Comparison(sides, Parity(example, tolerance, ()), progress, partial)
    logits = Original(opened).run(example.inputs, sides.originals, comparison.add)
    wanted = logits[START_OUTPUT][0], logits[END_OUTPUT][0]
    answer = Band.of(example, *wanted).answer
    finals = tuple(_finals(subject, example, wanted, answer, engines))
    return replace(comparison.result, answer=answer, engines=finals)


class _Comparison:
    """What is known so far, growing module by module."""

    def __init__(
        self,
        sides: SideBySide,
        result: Parity,
        progress: ProgressCallback | None,
        partial: Callable[[Parity], None] | None,
    ) -> None:
        self.result = result
        self._sides = sides
        self._progress = progress
        self._partial = partial

    def add(self, original: str, wanted: Array) -> None:
        """Compare one module's output with the file's."""
        layer, found = self._sides.partner(original, wanted)
        filled = found.shape[1]
        compared = ModuleParity.of(layer, original, found, wanted[:, :filled], self.result.tolerance)
        self.result = replace(self.result, modules=(*self.result.modules, compared))
        if self._partial is not None:
            self._partial(self.result)
        if self._progress is not None:
            self._progress(len(self.result.modules), self._sides.count)


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
