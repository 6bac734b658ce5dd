"""Rules about models that stand for one in another file."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject


@rule("linked.type", "linkedModel")
def link_has_a_type(subject: Subject) -> Iterable[Finding]:
    """A linked model says what kind of link it is."""
    if subject.content.WhichOneof("LinkType") is None:
        yield "", "A linked model must name a file; its link has no type."


@rule("linked.file-name", "linkedModel")
def link_names_a_file(subject: Subject) -> Iterable[Finding]:
    """The file name is not empty; an empty search path is the folder of the model itself."""
    names_file = subject.content.WhichOneof("LinkType") == "linkedModelFile"
    if names_file and not subject.content.linkedModelFile.linkedModelFileName.defaultValue:
        yield "", "linkedModelFileName must not be empty. Name the model's file."
