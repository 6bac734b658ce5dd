"""Models that hand on what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bertkit.coreml.classic.registry import Predictor, Subject
from bertkit.errors import ModelError


def identity(subject: Subject) -> Predictor:
    """Read an `Identity`, or a `ClassConfidenceThresholding`.

    An output is the input of its name; where names differ, the input at its place. Confidence thresholding holds curves
    of precision and recall for an app to choose a threshold from, and leaves what it is given as it is.
    """
    inputs_declared, outputs_declared = subject.function.inputs, subject.function.outputs
    names = [feature.name for feature in inputs_declared]
    if len(outputs_declared) > len(names):
        raise ModelError(
            f"A {subject.kind} returns its inputs; it has {len(names)}, and {len(outputs_declared)} outputs."
        )
    sources = {
        feature.name: feature.name if feature.name in names else names[place]
        for place, feature in enumerate(outputs_declared)
    }

    def predict(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {output: inputs[source] for output, source in sources.items() if source in inputs}

    return predict


READERS = {"identity": identity, "classConfidenceThresholding": identity}
