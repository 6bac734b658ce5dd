"""What an update changed in a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bertkit.coreml.kinds import NETWORKS, PIPELINES, pipeline_models
from bertkit.coreml.update.declaration import weight_messages
from bertkit.errors import InputError


@dataclass(frozen=True)
class WeightChange:
    """How far one array that may change did change.

    Attributes:
        name: as its parameter key is written, `layer.weights`; of nearest neighbors `samples`.
        count: numbers in it; samples of nearest neighbors.
        largest: absolute change of a number; 0 for samples.
        relative: Euclidean length of the change over that of the numbers before; infinite where those were all zero.
            For samples, how many were added over how many there were.
    """

    name: str
    count: int
    largest: float
    relative: float


def weight_changes(before: Any, after: Any) -> list[WeightChange]:
    """Compare two versions of one updatable model.

    Args:
        before: `Model_pb2.Model`.
        after: another version of it.

    Raises:
        InputError: they are not versions of one updatable model.
    """
    old, new = _learning_model(before), _learning_model(after)
    kind = old.WhichOneof("Type")
    if kind != new.WhichOneof("Type"):
        raise InputError(f"The models are of different types, {kind} and {new.WhichOneof('Type')}.")
    if kind == "kNearestNeighborsClassifier":
        return [
            _added(*(len(model.kNearestNeighborsClassifier.nearestNeighborsIndex.floatSamples) for model in (old, new)))
        ]
    if kind not in NETWORKS:
        raise InputError(f"A {kind} holds no weights that may change.")
    first, second = weight_messages(getattr(old, kind)), weight_messages(getattr(new, kind))
    if first.keys() != second.keys():
        raise InputError("The models are not versions of one model: their updatable layers differ.")
    return [_changed(str(key), first[key].floatValue, second[key].floatValue) for key in first]


def _learning_model(specification: Any) -> Any:
    """Return the model that learns: of a pipeline its last one."""
    while specification.WhichOneof("Type") in PIPELINES:
        specification = pipeline_models(specification)[-1][1]
    return specification


def _changed(name: str, before: Any, after: Any) -> WeightChange:
    old, new = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if old.shape != new.shape:
        raise InputError(f'The models are not versions of one model: "{name}" has {old.size} and {new.size} numbers.')
    change, length = new - old, float(np.linalg.norm(old))
    moved = float(np.linalg.norm(change))
    relative = moved / length if length else (float("inf") if moved else 0.0)
    return WeightChange(name, old.size, float(np.abs(change).max(initial=0.0)), relative)


def _sample_count(specification: Any) -> int:
    return len(specification.kNearestNeighborsClassifier.nearestNeighborsIndex.floatSamples)


def _added(before: int, after: int) -> WeightChange:
    added = after - before
    return WeightChange("samples", after, 0.0, added / before if before else (float("inf") if added else 0.0))
