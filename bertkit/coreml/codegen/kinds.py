"""How each kind of feature is annotated, and how an output becomes what its annotation says."""

from __future__ import annotations

from bertkit.coreml.features import (
    Dictionary,
    Double,
    Feature,
    FeatureType,
    Image,
    Int64,
    MultiArray,
    Sequence,
    State,
    String,
)

_SCALARS = {"int64": "int", "string": "str"}
_ANY_IMAGE = "str | Path | bytes | NDArray[Any] | PIL.Image.Image"


def input_annotation(feature: Feature) -> str:
    """Return the type of what may be passed for a feature."""
    annotation = _ANY_IMAGE if isinstance(feature.type, Image) else _annotation(feature.type)
    return f"{annotation} | None" if feature.optional else annotation


def output_annotation(feature: Feature) -> str:
    """Return the type of what is returned for a feature."""
    return "NDArray[Any]" if isinstance(feature.type, Image) else _annotation(feature.type)


def converted(feature: Feature, value: str) -> str:
    """Return the expression that makes of a predicted value what `output_annotation` says."""
    scalar = {Int64: "int", Double: "float", String: "str"}.get(type(feature.type))
    return value if scalar is None else f"{scalar}({value})"


def words(feature: Feature) -> str:
    """Return a feature's type, shape and description for a docstring."""
    described = " ".join(feature.description.split())
    said = f"{feature.type}{', optional' if feature.optional else ''}"
    return f"{said}. {described}" if described else f"{said}."


def _annotation(kind: FeatureType) -> str:
    if isinstance(kind, Int64 | Double | String):
        return {"int64": "int", "double": "float", "string": "str"}[kind.kind]
    if isinstance(kind, MultiArray | State):
        return f"NDArray[np.{(kind.array if isinstance(kind, State) else kind).dtype}]"
    if isinstance(kind, Dictionary):
        return f"Mapping[{_SCALARS[kind.key]}, float]"
    return f"list[{_SCALARS[kind.element]}]" if isinstance(kind, Sequence) else _ANY_IMAGE
