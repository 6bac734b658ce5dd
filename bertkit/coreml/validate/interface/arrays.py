"""Rules about multi-arrays among the features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.features import array_type, kind_of, listed
from bertkit.coreml.validate.interface.types import in_range, is_empty_range, range_text
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_DEFAULTS = {
    "doubleDefaultValue": ("DOUBLE",),
    "floatDefaultValue": ("FLOAT32", "FLOAT16"),
    "intDefaultValue": ("INT32", "INT8"),
}
_SEVERAL_ENUMERATED_VERSION = 9


def _arrays(subject: Subject) -> Iterator[tuple[str, str, Any]]:
    for place, role, feature in subject.features:
        if kind_of(feature) == "multiArrayType":
            yield place, role, feature.type.multiArrayType


@rule("interface.array-type")
def arrays_have_element_types(subject: Subject) -> Iterable[Finding]:
    """A multi-array names the type of its elements; inside a pipeline it may be left open, as Core ML 1 did."""
    for place, _, array in _arrays(subject):
        if not array_type(array) and not (subject.where and subject.version == 1):
            yield place, "A multi-array must be of type FLOAT32, DOUBLE, INT32, FLOAT16 or INT8; none is set."


@rule("interface.array-shape")
def arrays_have_shapes(subject: Subject) -> Iterable[Finding]:
    """An input states its shape, and no size is negative."""
    for place, role, array in _arrays(subject):
        if any(size < 0 for size in array.shape):
            yield place, f"The shape {list(array.shape)} has a negative size."
        if role == "input" and not array.shape and array.WhichOneof("ShapeFlexibility") is None:
            yield place, "The input does not state its shape."


@rule("interface.array-flexibility")
def flexible_shapes_make_sense(subject: Subject) -> Iterable[Finding]:
    """Enumerated shapes and ranges allow something, the default shape among it."""
    for place, _, array in _arrays(subject):
        flexibility = array.WhichOneof("ShapeFlexibility")
        if flexibility == "enumeratedShapes":
            messages = _enumerated_problems(array)
        elif flexibility == "shapeRange":
            messages = _range_problems(array)
        else:
            continue
        for message in messages:
            yield place, message


@rule("interface.array-default")
def defaults_fit_types(subject: Subject) -> Iterable[Finding]:
    """The default of an optional input is of the array's type."""
    for place, _, array in _arrays(subject):
        default = array.WhichOneof("defaultOptionalValue")
        if default is not None and array_type(array) not in _DEFAULTS[default]:
            wanted = " or ".join(_DEFAULTS[default])
            yield place, f"A {default} goes with an array of {wanted}, this one is of {array_type(array)}."


@rule("interface.enumerated-shapes", "mlProgram")
def enumerated_inputs_go_together(subject: Subject) -> Iterable[Finding]:
    """In an ML Program below iOS 18 one input at most has enumerated shapes; since then all have equally many."""
    for prefix, _, description in subject.interfaces:
        counts = {
            feature.name: len(feature.type.multiArrayType.enumeratedShapes.shapes)
            for feature in description.input
            if kind_of(feature) == "multiArrayType"
            and feature.type.multiArrayType.WhichOneof("ShapeFlexibility") == "enumeratedShapes"
        }
        if len(counts) > 1 and subject.version < _SEVERAL_ENUMERATED_VERSION:
            yield (
                prefix.removesuffix("/"),
                f"{len(counts)} inputs have enumerated shapes ({listed(counts)}); before specification version "
                f"{_SEVERAL_ENUMERATED_VERSION} (iOS 18) one may. This model has version {subject.version}.",
            )
        elif len(set(counts.values())) > 1:
            yield (
                prefix.removesuffix("/"),
                "Inputs with enumerated shapes must have equally many of them; these have "
                + ", ".join(f'"{name}" {count}' for name, count in counts.items())
                + ".",
            )


def _enumerated_problems(array: Any) -> Iterator[str]:
    shapes = [list(shape.shape) for shape in array.enumeratedShapes.shapes]
    if not shapes:
        yield "The array has enumerated shapes, but none is listed."
    if any(not shape or min(shape) < 0 for shape in shapes):
        yield "An enumerated shape has no axes, or a negative size."
    if array.shape and shapes and list(array.shape) not in shapes:
        yield f"The default shape {list(array.shape)} is not among the enumerated shapes."


def _range_problems(array: Any) -> Iterator[str]:
    ranges = list(array.shapeRange.sizeRanges)
    for axis, size in enumerate(ranges):
        if is_empty_range(size):
            yield f"The range of axis {axis} is {range_text(size)}, which nothing fits."
    if not array.shape:
        return
    if len(array.shape) != len(ranges):
        yield f"The default shape has {len(array.shape)} axes, but the range has {len(ranges)}."
    elif not all(in_range(value, size) for value, size in zip(array.shape, ranges, strict=True)):
        wanted = ", ".join(range_text(size) for size in ranges)
        yield f"The default shape {list(array.shape)} is not within the range [{wanted}]."
