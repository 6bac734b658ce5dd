"""Elements of an array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.coreml.classic.vectors import as_output
from bertkit.coreml.features import Int64
from bertkit.errors import InputError


def extractor(subject: Subject) -> Predictor:
    """Read an `ArrayFeatureExtractor`: the elements at the given places, counted from 0 in row order."""
    indices = list(subject.content.extractIndex)
    output = subject.function.outputs[0]

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        flat = np.asarray(inputs[subject.input]).reshape(-1)
        if max(indices, default=0) >= len(flat):
            raise InputError(f'The input "{subject.input}" has {len(flat)} elements; the model takes {max(indices)}.')
        taken = flat[indices].astype(np.float64)
        if isinstance(output.type, Int64):
            taken = np.trunc(taken)
        return {output.name: as_output(output, taken)}

    return predict


READERS = {"arrayFeatureExtractor": extractor}
