"""Model types whose content no file describes, and why they cannot be run."""

from __future__ import annotations

from typing import Any

_SYSTEM = "its data are in a form that only Apple's Natural Language framework reads"
_REASONS = {
    "textClassifier": _SYSTEM,
    "wordTagger": _SYSTEM,
    "gazetteer": _SYSTEM,
    "wordEmbedding": _SYSTEM,
    "visionFeaturePrint": "its network and weights are part of Apple's operating systems, not of the file",
    "audioFeaturePrint": "its network and weights are part of Apple's operating systems, not of the file",
    "serializedModel": "its bytes are in a form that only the framework that wrote them reads",
    "customModel": "it is computed by a class of the app that it was made for",
}

OPAQUE = tuple(_REASONS)
"""The model types that are described, and never run."""


def refusal(kind: str, content: Any) -> str:
    """Return why a model of one of the `OPAQUE` types is not run, and what can be done.

    Args:
        kind: its type in the specification.
        content: the message of that type.
    """
    name = {"customModel": "className", "serializedModel": "identifier"}.get(kind)
    which = f' "{getattr(content, name)}"' if name is not None and getattr(content, name) else ""
    return (
        f"A model of type {kind}{which} can be described, but not run here: {_REASONS[kind]}. "
        "Run it on macOS or iOS, or use a model that holds everything itself."
    )
