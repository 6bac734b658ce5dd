"""Rules about the model as a whole, and whether its type can be updatable at all."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.kinds import NETWORKS, PIPELINES
from bertkit.coreml.package import NEWEST_SPECIFICATION_VERSION
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

UPDATABLE_KINDS = (*NETWORKS, "kNearestNeighborsClassifier", *PIPELINES)
_FIRST_UPDATABLE_VERSION = 4
_ADVICE = "Keep it frozen, and let an updatable neural network or nearest-neighbor classifier follow it in a pipeline."
_REASONS = {
    "mlProgram": f"An ML Program can never be updatable. {_ADVICE}",
    "linkedModel": "A linked model cannot be updatable. The last model of a pipeline can, which lies in its file.",
}


@rule("model.type")
def has_type(subject: Subject) -> Iterable[Finding]:
    """A model must be of some type."""
    if not subject.kind:
        yield "", "The model names no model type. It is truncated, or of a newer kind."


@rule("version.known")
def version_is_known(subject: Subject) -> Iterable[Finding]:
    """The specification version must exist."""
    if not 1 <= subject.version <= NEWEST_SPECIFICATION_VERSION:
        yield "", f"Specification version {subject.version}; wanted 1 to {NEWEST_SPECIFICATION_VERSION}."


@rule("updatable.type", of_updatable=True)
def type_can_be_updatable(subject: Subject) -> Iterable[Finding]:
    """Only networks, nearest neighbors and pipelines can be updated on the device."""
    if subject.kind and subject.kind not in UPDATABLE_KINDS:
        general = f"Models of type {subject.kind} are not supported for on-device update. {_ADVICE}"
        yield "", _REASONS.get(subject.kind, general)


@rule("updatable.version", of_updatable=True)
def version_of_updatable(subject: Subject) -> Iterable[Finding]:
    """Updatable models came with Core ML 3."""
    if subject.version < _FIRST_UPDATABLE_VERSION:
        yield (
            "",
            f"An updatable model needs specification version {_FIRST_UPDATABLE_VERSION} or above, "
            f"this one has {subject.version}.",
        )
