"""Categories mapped from strings to integers, or from integers to strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.errors import InputError, ModelError


def mapping(subject: Subject) -> Predictor:
    """Read a `CategoricalMapping` of one category or of a sequence; an unknown one gets the file's value for those."""
    kind = subject.content.WhichOneof("MappingType")
    if kind is None:
        raise ModelError("A categorical mapping needs a map, of strings or of integers; none is set.")
    known = dict(getattr(subject.content, kind).map)
    field = subject.content.WhichOneof("ValueOnUnknown")
    unknown = getattr(subject.content, field) if field is not None else None

    def mapped(category: Any) -> Any:
        value = known.get(category, unknown)
        if value is None:
            raise InputError(
                f'The input "{subject.input}" is {category!r}, none of the {len(known)} known categories, and the '
                "model has no value for others."
            )
        return value

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        value = inputs[subject.input]
        if isinstance(value, list):
            return {subject.output: [mapped(category) for category in value]}
        return {subject.output: np.asarray(mapped(np.asarray(value).item()))}

    return predict


READERS = {"categoricalMapping": mapping}
