"""Two runs in words and numbers: what the answers are, where the layers part, where each answer appears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bertkit.insight.difference import Difference, compare_runs
from bertkit.insight.text import shortened
from bertkit.insight.trace import Trace
from bertkit.qa.progress import ProgressCallback
from bertkit.widgets import units
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
        return answers, f"{self._where}{self.difference.sentence}", appears

    @property
    def _where(self) -> str:
        if self.first.example.index == self.second.example.index:
            return ""
        number = self.first.example.index + 1
        return f"The answers stand in different windows; what follows is on that of A, window {number}. "

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
    """Compare two runs; arguments and errors as `compare_runs`.

    Where the answers stand in different windows, the layers are compared on the window of the first.
    """
    return Comparison(first, second, compare_runs(first.trace, _on_window_of(first, second), progress))


def _on_window_of(first: Run, second: Run) -> Trace:
    """Return the second run's trace, moved to the first run's window if it looks at another one."""
    index = first.example.index
    if second.example.index == index or index >= len(second.example.tokenization.windows):
        return second.trace
    example = second.subject.example(second.question, second.example.document, window=index)
    return replace(second.trace, example=example, kept={})


def _says(run: Run) -> str:
    best = run.result.best
    if best is None:
        return f"finds no answer ({units.percent(run.result.no_answer.probability)})"
    return f'says "{shortened(best.text, _SHOWN_CHARACTERS)}" ({units.percent(best.probability)})'


def _place(run: Run) -> tuple[int, int] | None:
    best = run.result.best
    return None if best is None else (best.start, best.end)
