"""Rules about models whose content only Core ML can read, and about custom ones."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_WITH_DATA = ("textClassifier", "wordTagger", "gazetteer", "wordEmbedding")
_WITH_KIND = {
    "visionFeaturePrint": "VisionFeaturePrintType",
    "audioFeaturePrint": "AudioFeaturePrintType",
    "soundAnalysisPreprocessing": "SoundAnalysisPreprocessingType",
}


@rule("opaque.data", *_WITH_DATA)
def data_is_there(subject: Subject) -> Iterable[Finding]:
    """A model of natural language has a revision and data."""
    if subject.content.revision == 0:
        yield "", "The revision of the model must be set, it is 0."
    if not subject.content.modelParameterData:
        yield "", "The model's data is required, it is empty."


@rule("opaque.kind", *_WITH_KIND)
def kind_is_set(subject: Subject) -> Iterable[Finding]:
    """It is said which feature print or preprocessing is meant, and which version of it."""
    kind = subject.content.WhichOneof(_WITH_KIND[subject.kind])
    if kind is None:
        yield "", f"The kind of {subject.kind} is not set."
    elif getattr(getattr(subject.content, kind), "version", 1) == 0:
        yield "", f"The version of {kind} is not set."


@rule("opaque.class-name", "customModel")
def class_is_named(subject: Subject) -> Iterable[Finding]:
    """A custom model names its class."""
    if not subject.content.className:
        yield "", "A custom model must name the class that implements it; className is empty."


@rule("opaque.bytes", "serializedModel")
def bytes_are_there(subject: Subject) -> Iterable[Finding]:
    """A serialized model says what it is and holds it."""
    if not subject.content.identifier or not subject.content.model:
        yield "", "A serialized model must have an identifier and bytes; one is empty."
