"""Two runs in words and numbers: what the answers are, where the layers part, where each answer appears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bertkit.insight.difference import Difference, compare_runs
from bertkit.insight.text import shortened
from bertkit.qa.progress import ProgressCallback
from bertkit.widgets.panel import Json
from bertkit.widgets.workbench.run import Run
from bertkit.widgets.workbench.values import rounded

_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs, A and B, and how they differ.

    Attributes:
        first: A.
        second: B.
        difference: of their layers.
    """

    first: Run
    second: Run
    difference: Difference

    @property
    def same_answer(self) -> bool:
        """Whether both give the same words of the same place, or both none."""
        first, second = (_place(run) for run in (self.first, self.second))
        return first == second

    @property
    def sentences(self) -> tuple[str, ...]:
        """What differs, in words."""
        said = (f"{name} {_says(run)}" for name, run in (("A", self.first), ("B", self.second)))
        answers = f"The answers are {'the same' if self.same_answer else 'different'}: {', '.join(said)}."
        lenses = (run.lens.stages[run.lens.appears_at].name for run in (self.first, self.second))
        appears = "Each answer appears, and stays the best span, from {} in A and {} in B.".format(*lenses)
        return answers, self.difference.sentence, appears

    @property
    def by_layer(self) -> Mapping[str, float]:
        """The relative difference of each layer's values."""
        return self.difference.layers

    def to_json(self) -> Json:
        """Return the comparison as plain values."""
        return {
            "a": self.first.question,
            "b": self.second.question,
            "same_answer": self.same_answer,
            "sentences": list(self.sentences),
            "layers": {name: rounded(share) for name, share in self.by_layer.items()},
            "stages": {name: rounded(share) for name, share in self.difference.by_stage.items()},
        }

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def compare(first: Run, second: Run, progress: ProgressCallback | None = None) -> Comparison:
    """Compare two runs; arguments and errors as `compare_runs`."""
    return Comparison(first, second, compare_runs(first.trace, second.trace, progress))


def _says(run: Run) -> str:
    best = run.result.best
    if best is None:
        return f"finds no answer ({run.result.no_answer.probability:.0%})"
    return f'says "{shortened(best.text, _SHOWN_CHARACTERS)}" ({best.probability:.0%})'


def _place(run: Run) -> tuple[int, int] | None:
    best = run.result.best
    return None if best is None else (best.start, best.end)
