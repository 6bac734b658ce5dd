"""Feature types: what they are called, and when two are the same."""

from __future__ import annotations

from typing import Any

FLOATS = ("FLOAT32", "DOUBLE", "FLOAT16")


def kind_of(feature: Any) -> str:
    """Return the kind of a feature's type, such as `multiArrayType`; empty where it has none."""
    return feature.type.WhichOneof("Type") or ""


def enum_name(message: Any, field: str) -> str:
    """Return the name of an enumeration's value; empty for a value that does not exist."""
    values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    number = getattr(message, field)
    return str(values[number].name) if number in values else ""


def array_type(array: Any) -> str:
    """Return the name of a multi-array's element type; empty where it is not set."""
    name = enum_name(array, "dataType")
    return "" if name == "INVALID_ARRAY_DATA_TYPE" else name


def rank_of(array: Any) -> int:
    """Return the number of axes of a multi-array; 0 where nothing states it."""
    flexibility = array.WhichOneof("ShapeFlexibility")
    if flexibility == "enumeratedShapes" and array.enumeratedShapes.shapes:
        return len(array.enumeratedShapes.shapes[0].shape)
    if flexibility == "shapeRange":
        return len(array.shapeRange.sizeRanges)
    return len(array.shape)


def type_text(feature: Any) -> str:
    """Describe a feature's type in a few words."""
    kind = kind_of(feature)
    if not kind:
        return "no type"
    value = getattr(feature.type, kind)
    if kind == "multiArrayType":
        return f"multi-array {array_type(value) or 'without element type'} {list(value.shape)}"
    if kind == "imageType":
        return f"image {enum_name(value, 'colorSpace')} {value.width} x {value.height}"
    return kind.removesuffix("Type")


def same_type(one: Any, other: Any) -> bool:
    """Say whether two features take the same values, as Core ML compares them: flexible shapes by their rank only."""
    kind = kind_of(one)
    if kind != kind_of(other):
        return False
    if not kind:
        return True
    first, second = getattr(one.type, kind), getattr(other.type, kind)
    if kind == "multiArrayType":
        return _same_array(first, second)
    if kind == "imageType":
        return all(getattr(first, name) == getattr(second, name) for name in ("width", "height", "colorSpace"))
    if kind == "dictionaryType":
        return bool(first.WhichOneof("KeyType") == second.WhichOneof("KeyType"))
    if kind == "sequenceType":
        return bool(first.WhichOneof("Type") == second.WhichOneof("Type"))
    return True


def _same_array(one: Any, other: Any) -> bool:
    if one.dataType != other.dataType or rank_of(one) != rank_of(other):
        return False
    fixed = one.WhichOneof("ShapeFlexibility") is None and other.WhichOneof("ShapeFlexibility") is None
    return not fixed or list(one.shape) == list(other.shape)


def named(features: Any, name: str) -> Any | None:
    """Return the feature of a name; None if there is none."""
    return next((feature for feature in features if feature.name == name), None)


def listed(names: Any) -> str:
    """Join names for a message."""
    return ", ".join(f'"{name}"' for name in names) or "none"
