"""Values as coremltools' users pass and expect them, and as `Model` takes and returns them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bertkit.coreml.features import Dictionary, Double, Feature, Image, Int64, MultiArray, String
from bertkit.coreml.images import as_pillow


def to_inputs(features: tuple[Feature, ...], values: Mapping[str, Any]) -> dict[str, object]:
    """Convert arrays and numbers to the declared types, as Core ML does, also where digits are lost.

    Args:
        features: the model's inputs.
        values: by name; others are passed on for `Model.predict` to refuse.
    """
    types = {feature.name: feature.type for feature in features}
    return {name: _to_input(types.get(name), value) for name, value in values.items()}


def _to_input(declared: object, value: Any) -> object:
    if isinstance(declared, MultiArray):
        array = np.asarray(value)
        return array.astype(declared.dtype) if array.dtype.kind in "biuf" else array
    if isinstance(declared, Int64 | Double) and np.size(value) == 1:
        return np.asarray(value).astype(np.int64 if isinstance(declared, Int64) else np.float64).reshape(())
    if isinstance(declared, String) and isinstance(value, np.ndarray | np.str_):
        return str(np.asarray(value).reshape(-1)[0])
    if isinstance(declared, Dictionary) and declared.key == "string" and isinstance(value, Mapping):
        return {str(key): number for key, number in value.items()}
    return value


def from_outputs(features: tuple[Feature, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert what `Model.predict` returned to what coremltools returns: numbers, strings, images, arrays.

    Args:
        features: the model's outputs.
        values: by name.
    """
    types = {feature.name: feature.type for feature in features}
    return {name: _from_output(types.get(name), value) for name, value in values.items()}


def _from_output(declared: object, value: Any) -> Any:
    if isinstance(declared, Image):
        picture = as_pillow(value)
        return picture.convert("RGBA") if picture.mode == "RGB" else picture  # Core ML's pixels of color are BGRA
    if isinstance(declared, MultiArray):
        return np.atleast_1d(value)  # Core ML knows no array without axes
    converter = _CONVERTERS.get(type(declared))
    return value if converter is None else converter(value)


_CONVERTERS: dict[type, Callable[[Any], Any]] = {
    Int64: int,
    Double: float,
    String: str,
    Dictionary: dict,
}
