"""Models of the types that need no graph, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import validate_models as models

from bertkit.coreml import Model, Package

Features = Mapping[str, Any]
"""Names to kinds: `double`, `string`, `dictionary of string`, `sequence of int64`, or the shape of an array."""


def made(kind: str, inputs: Features, outputs: Features, version: int = 4) -> tuple[Any, Any]:
    """Return a `Model_pb2.Model` with an interface, and the message of its type."""
    specification = models.model(version)
    getattr(specification, kind).SetInParent()
    for features, declared in ((specification.description.input, inputs), (specification.description.output, outputs)):
        for name, type_ in declared.items():
            _declare(features, name, type_)
    return specification, getattr(specification, kind)


def classifier(kind: str, labels: list[str] | list[int], inputs: Features) -> tuple[Any, Any]:
    """Return a classifier whose outputs are `label` and `scores`, and the message of its type."""
    strings = isinstance(labels[0], str)
    key = "string" if strings else "int64"
    specification, content = made(kind, inputs, {"label": key, "scores": f"dictionary of {key}"})
    specification.description.predictedFeatureName = "label"
    specification.description.predictedProbabilitiesName = "scores"
    (content.stringClassLabels if strings else content.int64ClassLabels).vector.extend(labels)
    return specification, content


def regressor(kind: str, inputs: Features, output: Any = "double") -> tuple[Any, Any]:
    """Return a regressor whose output is `y`, and the message of its type."""
    specification, content = made(kind, inputs, {"y": output})
    specification.description.predictedFeatureName = "y"
    return specification, content


def loaded(specification: Any) -> Model:
    """Open a model that is in no file."""
    path = Path("made.mlmodel")
    return Model.load(Package(path, path, specification, edited=True))


def predicted(specification: Any, **inputs: Any) -> dict[str, Any]:
    """Predict, with arrays turned into lists."""
    outputs = loaded(specification).predict(inputs)
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in outputs.items()}


def _declare(features: Any, name: str, type_: Any) -> None:
    if not isinstance(type_, str):
        models.array(features, name, type_, "DOUBLE")
    elif type_.startswith("dictionary of "):
        dictionary = features.add(name=name).type.dictionaryType
        getattr(dictionary, f"{type_.removeprefix('dictionary of ')}KeyType").SetInParent()
    elif type_.startswith("sequence of "):
        sequence = features.add(name=name).type.sequenceType
        getattr(sequence, f"{type_.removeprefix('sequence of ')}Type").SetInParent()
    else:
        models.scalar(features, name, f"{type_}Type")
