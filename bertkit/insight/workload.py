"""What is measured: a model with inputs for it, whether it is a reader or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bertkit.bert.settings import READER_KEY
from bertkit.coreml import Configuration, Model, Package
from bertkit.coreml.features import Feature, MultiArray
from bertkit.coreml.shapes import AnyShape
from bertkit.errors import InputError, UnsupportedError
from bertkit.insight.cost import Cost
from bertkit.insight.measure import RUNS, compare_costs, measure_layers
from bertkit.insight.subject import Array, Subject
from bertkit.qa import Reader
from bertkit.qa.progress import ProgressCallback

if TYPE_CHECKING:
    from bertkit.coreml.lowering import Lowered


@dataclass(frozen=True)
class Workload:
    """A model to be measured with the portable torch engine.

    Attributes:
        package: the model.
        reader: the same model as a reader; None for a model that is none.
    """

    package: Package
    reader: Subject | None = None

    @classmethod
    def of(cls, package: Package) -> Workload:
        """Prepare any Core ML model; nothing is lowered yet."""
        if READER_KEY not in package.metadata:
            return cls(package)
        return cls(package, Subject(Reader(Model.load(package, Configuration(engine="torch")))))

    @property
    def lengths(self) -> tuple[int, ...]:
        """Tokens in a row, as far as they can be chosen; empty for a model that is no reader."""
        return () if self.reader is None else self.reader.reader.settings.lengths

    @cached_property
    def lowered(self) -> Lowered:
        """The model as a graph.

        Raises:
            UnsupportedError: it is of a type, or holds a layer, that is not run here.
        """
        from bertkit.coreml.lowering import lower

        return lower(self.package) if self.reader is None else self.reader.lowered

    def measure(
        self, lengths: Sequence[int] = (), *, runs: int = RUNS, progress: ProgressCallback | None = None
    ) -> list[Cost]:
        """Measure every layer.

        Args:
            lengths: tokens in the row, one measurement each; the longest when empty. Only for readers.
            runs: how many to count.
            progress: called between layers with the runs done and their number; what it raises ends the work.

        Raises:
            InputError: a length is outside the model's, lengths are given for no reader, or `runs` is less than 1.
            UnsupportedError: the model is not run here, or takes inputs that cannot be made up.
        """
        if self.reader is not None:
            return compare_costs(self.reader, lengths or self.lengths[-1:], runs=runs, progress=progress)
        if lengths:
            raise InputError(f"Only readers have row lengths; {self.package.path.name} is none, got {list(lengths)}.")
        return [measure_layers(self.lowered, self._inputs(), runs=runs, progress=progress)]

    def _inputs(self) -> dict[str, Array]:
        features = Model.load(self.package).description.inputs
        return {feature.name: _made_up(feature) for feature in features if feature.name in self.lowered.inputs}


def _made_up(feature: Feature) -> Array:
    """Return ones, or zeros where whole numbers may be places in a table."""
    kind = feature.type
    if not isinstance(kind, MultiArray) or isinstance(kind.shape, AnyShape):
        raise UnsupportedError(
            f'The input "{feature.name}" is {kind}; only models that take arrays can be measured without inputs of '
            "your own. Use bertkit.insight.measure_layers with inputs."
        )
    whole = kind.dtype.kind in "iu"
    return np.zeros(kind.shape.typical, np.int32) if whole else np.ones(kind.shape.typical, np.float32)
