"""Categories as vectors of one 1 among zeros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import as_output
from bertkit.errors import InputError, ModelError


def encoder(subject: Subject) -> Predictor:
    """Read a `OneHotEncoder`.

    A category becomes an array with 1 at its place; where the output is sparse, a dictionary from its place to 1. One
    that is unknown is refused, or becomes zeros, as the file says.
    """
    content = subject.content
    kind = content.WhichOneof("CategoryType")
    if kind is None:
        raise ModelError("A one-hot encoder needs categories, strings or integers; none are set.")
    places = {category: place for place, category in enumerate(getattr(content, kind).vector)}
    ignores = content.handleUnknown == content.IgnoreUnknown

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        category = np.asarray(inputs[subject.input]).item()
        place = places.get(category)
        if place is None and not ignores:
            raise InputError(
                f'The input "{subject.input}" is {category!r}, none of the {len(places)} known categories.'
            )
        if content.outputSparse:
            return {subject.output: {} if place is None else {place: 1.0}}
        array = np.zeros(len(places))
        if place is not None:
            array[place] = 1.0
        return {subject.output: as_output(subject.function.outputs[0], array)}

    return predict


READERS = {"oneHotEncoder": encoder}
