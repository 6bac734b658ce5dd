"""Checks that rules of several model types share: which types of features they take and return."""

from __future__ import annotations

from collections.abc import Iterator

from bertkit.coreml.validate.features import kind_of, named, type_text
from bertkit.coreml.validate.rule import Finding
from bertkit.coreml.validate.subject import Subject

NUMBERS = ("doubleType", "int64Type", "multiArrayType")


def wrong_types(subject: Subject, role: str, wanted: tuple[str, ...], most: int | None = None) -> Iterator[Finding]:
    """Yield the inputs or outputs of a type that the model does not handle.

    Args:
        subject: the model.
        role: `input` or `output`.
        wanted: the kinds that it handles.
        most: how many there may be; None is no limit.
    """
    features = list(getattr(subject.description, role))
    if most is not None and len(features) > most:
        yield "", f"A {subject.kind} has at most {most} {role}; this one has {len(features)}."
    for feature in features:
        if kind_of(feature) not in wanted:
            kinds = " or ".join(kind.removesuffix("Type") for kind in wanted)
            yield (
                f"{role} {feature.name}",
                f"The {role} of a {subject.kind} must be of type {kinds}, it is {type_text(feature)}.",
            )


def wrong_name(subject: Subject, role: str, field: str, wanted: tuple[str, ...]) -> Iterator[Finding]:
    """Yield what is wrong with a feature that the model refers to by the name in one of its fields."""
    name = getattr(subject.content, field)
    feature = named(getattr(subject.description, role), name)
    kinds = " or ".join(kind.removesuffix("Type") for kind in wanted)
    if feature is None:
        yield "", f'{field} is "{name}", which is not among the {role}s; wanted one of type {kinds}.'
    elif kind_of(feature) not in wanted:
        yield f"{role} {name}", f"As {field} it must be of type {kinds}, it is {type_text(feature)}."
