"""Rules about the types of features other than multi-arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bertkit.coreml.validate.features import array_type, enum_name, kind_of
from bertkit.coreml.validate.rule import Finding, rule
from bertkit.coreml.validate.subject import Subject

_STATE_TYPE = "FLOAT16"


@rule("interface.type")
def features_have_types(subject: Subject) -> Iterable[Finding]:
    """Every feature has a type, and only states are of the state type."""
    for place, role, feature in subject.features:
        kind = kind_of(feature)
        if not kind:
            yield place, f"The {role} has no type."
        elif kind == "stateType" and role not in ("state", "input"):
            yield place, f"A state is declared among the states, not as an {role}."
        elif role == "state" and kind != "stateType":
            yield place, f"Among the states only states are declared, this is of type {kind.removesuffix('Type')}."


@rule("interface.image")
def images_are_described(subject: Subject) -> Iterable[Finding]:
    """An image has a positive size, within its flexibility, and a color space."""
    for place, _, feature in subject.features:
        if kind_of(feature) == "imageType":
            for message in _image_problems(feature.type.imageType):
                yield place, message


@rule("interface.dictionary")
def dictionaries_have_keys(subject: Subject) -> Iterable[Finding]:
    """A dictionary names the type of its keys."""
    for place, _, feature in subject.features:
        if kind_of(feature) == "dictionaryType" and feature.type.dictionaryType.WhichOneof("KeyType") is None:
            yield place, "A dictionary must have keys of type int64 or string; none is set."


@rule("interface.sequence")
def sequences_have_elements(subject: Subject) -> Iterable[Finding]:
    """A sequence names the type of its elements and a possible length."""
    for place, _, feature in subject.features:
        if kind_of(feature) == "sequenceType":
            sequence = feature.type.sequenceType
            if sequence.WhichOneof("Type") is None:
                yield place, "A sequence must have elements of type int64 or string; none is set."
            if is_empty_range(sequence.sizeRange):
                yield place, f"The length of the sequence is {range_text(sequence.sizeRange)}, which nothing fits."


@rule("interface.state")
def states_are_arrays(subject: Subject) -> Iterable[Finding]:
    """A state is a float16 array of a fixed shape."""
    for place, _, feature in subject.features:
        if kind_of(feature) == "stateType":
            for message in _state_problems(feature.type):
                yield place, message


def is_empty_range(size: Any) -> bool:
    """Say whether no size lies in a `SizeRange`; an upper bound below 1 is no bound."""
    return bool(size.upperBound > 0 and size.lowerBound > size.upperBound)


def range_text(size: Any) -> str:
    """Write a `SizeRange` for a message."""
    return f"{size.lowerBound}.." if size.upperBound < 0 else f"{size.lowerBound} to {size.upperBound}"


def in_range(value: int, size: Any) -> bool:
    """Say whether a size lies in a `SizeRange`."""
    return bool(size.lowerBound <= value and (size.upperBound < 0 or value <= size.upperBound))


def _image_problems(image: Any) -> Iterator[str]:
    width, height = image.width, image.height
    flexibility = image.WhichOneof("SizeFlexibility")
    if flexibility == "enumeratedSizes":
        sizes = [(size.width, size.height) for size in image.enumeratedSizes.sizes]
        if not sizes:
            yield "The image has enumerated sizes, but none is listed."
        elif width <= 0 or height <= 0:
            width, height = sizes[0]
        elif (width, height) not in sizes:
            yield f"The default size {width} x {height} is not among the enumerated sizes."
    elif flexibility == "imageSizeRange":
        for axis, size, value in (
            ("width", image.imageSizeRange.widthRange, width),
            ("height", image.imageSizeRange.heightRange, height),
        ):
            if is_empty_range(size):
                yield f"The range of the {axis} is {range_text(size)}, which nothing fits."
            elif value > 0 and not in_range(value, size):
                yield f"The default {axis} {value} is not within its range, {range_text(size)}."
        width = width if width > 0 else image.imageSizeRange.widthRange.lowerBound
        height = height if height > 0 else image.imageSizeRange.heightRange.lowerBound
    if width <= 0 or height <= 0:
        yield f"The image must have a positive width and height, its size is {width} x {height}."
    if enum_name(image, "colorSpace") in ("", "INVALID_COLOR_SPACE"):
        yield "The image must have a color space: GRAYSCALE, RGB, BGR or GRAYSCALE_FLOAT16; none is set."


def _state_problems(feature_type: Any) -> Iterator[str]:
    array = feature_type.stateType.arrayType
    if feature_type.isOptional:
        yield "A state cannot be optional."
    if not array.shape or min(array.shape) < 0:
        yield f"A state must have a shape of sizes that are not negative, it is {list(array.shape)}."
    if array_type(array) != _STATE_TYPE:
        yield f"A state must be of type {_STATE_TYPE}, it is {array_type(array) or 'not set'}."
    if array.WhichOneof("ShapeFlexibility") is not None:
        yield "A state cannot have a flexible shape."
    if array.WhichOneof("defaultOptionalValue") is not None:
        yield "A state cannot have a default value."
