"""Rules about names and numbers of inputs and outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bertkit.coreml.kinds import NETWORKS
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_EMPTY_INPUT_VERSION = 9
_EMPTY_INPUT_KINDS = (*NETWORKS, "mlProgram")


@rule("interface.inputs")
def has_inputs(subject: Subject) -> Iterable[Finding]:
    """A model takes something; networks and programs need not since iOS 18."""
    may_be_empty = subject.version >= _EMPTY_INPUT_VERSION and subject.kind in _EMPTY_INPUT_KINDS
    for prefix, _, description in subject.interfaces:
        if not description.input and not may_be_empty:
            yield prefix.removesuffix("/"), "A model must have one or more inputs; this one has none."


@rule("interface.outputs")
def has_outputs(subject: Subject) -> Iterable[Finding]:
    """A model returns something."""
    for prefix, _, description in subject.interfaces:
        if not description.output:
            yield prefix.removesuffix("/"), "A model must have one or more outputs; this one has none."


@rule("interface.name")
def features_are_named(subject: Subject) -> Iterable[Finding]:
    """Every feature has a name."""
    for described in subject.features:
        if not described.feature.name:
            yield described.place.strip(), f"Every {described.role} must have a name; this one's is empty."


@rule("interface.unique")
def names_are_unique(subject: Subject) -> Iterable[Finding]:
    """No two inputs, outputs, states or training inputs of a function share a name."""
    for place, count in Counter(described.place for described in subject.features).items():
        if count > 1:
            yield place, f"The name is used {count} times; wanted once."
