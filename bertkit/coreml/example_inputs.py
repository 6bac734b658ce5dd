"""Valid inputs made up from a description, for measuring and testing: the values themselves do not matter."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bertkit.coreml.conversions import wanted
from bertkit.coreml.features import Dictionary, Double, Feature, Image, Int64, MultiArray, Sequence, String
from bertkit.coreml.images import channels_of
from bertkit.coreml.shapes import EnumeratedShapes, ShapeRange
from bertkit.errors import InputError, UnsupportedError

_MOST_ELEMENTS = 1 << 26
_ENTRIES = 4


def example_inputs(features: Iterable[Feature], rng: np.random.Generator) -> dict[str, Any]:
    """Make up one value for every input, optional ones included.

    Arrays have their default shape, or the smallest one where that is enormous, and hold floating-point numbers from
    the standard normal distribution, or integers 0 and 1, which any table that they may index has. Images are noise.

    Args:
        features: the inputs of a function.
        rng: where the values come from; the same generator state gives the same values.

    Raises:
        InputError: even the smallest value would hold more than 67 million numbers, or no shape is declared.
        UnsupportedError: an input is of a kind that cannot be passed.
    """
    return {feature.name: _example(feature, rng) for feature in features}


def _example(feature: Feature, rng: np.random.Generator) -> Any:
    maker = _MAKERS.get(type(feature.type))
    if maker is None:
        raise UnsupportedError(
            f'The input "{feature.name}" is a {feature.type.kind}, which cannot be passed as a value.'
        )
    return maker(feature, feature.type, rng)


def _multi_array(feature: Feature, declared: MultiArray, rng: np.random.Generator) -> NDArray[Any]:
    sizes = _bounded(feature, _shapes(declared))
    if declared.dtype.kind == "i":
        return rng.integers(0, 2, sizes).astype(declared.dtype)
    return rng.standard_normal(sizes, dtype=np.float32).astype(declared.dtype)


def _shapes(declared: MultiArray) -> list[tuple[int, ...]]:
    """Return shapes that are allowed, the one to prefer first."""
    shape = declared.shape
    preferred = [] if shape.default is None else [shape.default]
    if isinstance(shape, EnumeratedShapes):
        return [*preferred, *sorted(shape.shapes, key=math.prod)[:1]]
    return [*preferred, tuple(lower for lower, _ in shape.bounds)] if isinstance(shape, ShapeRange) else preferred


def _image(feature: Feature, declared: Image, rng: np.random.Generator) -> NDArray[np.uint8]:
    channels = channels_of(declared)
    height, width, _ = _bounded(feature, [(declared.height, declared.width, channels)])
    return rng.integers(0, 256, (height, width) if channels == 1 else (height, width, channels), dtype=np.uint8)


def _bounded(feature: Feature, shapes: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the first shape that is not too large.

    Raises:
        InputError: there is none.
    """
    for sizes in shapes:
        if min(sizes, default=0) >= 0 and math.prod(sizes) <= _MOST_ELEMENTS:
            return sizes
    no_fit = f"every shape is negative or holds more than {_MOST_ELEMENTS:,} numbers"
    reason = no_fit if shapes else "its shape is left open"
    raise InputError(f"{wanted(feature)}; no example is made up, because {reason}. Pass a value.")


def _dictionary(feature: Feature, declared: Dictionary, rng: np.random.Generator) -> dict[int | str, float]:
    keys: list[int | str] = list(range(_ENTRIES))
    if declared.key == "string":
        keys = [f"word{index}" for index in range(_ENTRIES)]
    return dict(zip(keys, rng.uniform(0, 3, _ENTRIES).tolist(), strict=True))


def _sequence(feature: Feature, declared: Sequence, rng: np.random.Generator) -> list[int | str]:
    least, most = declared.length
    (length,) = _bounded(feature, [(max(least, _ENTRIES) if most is None else max(least, min(most, _ENTRIES)),)])
    numbers = rng.integers(0, 2, length).tolist()
    return numbers if declared.element == "int64" else [f"word{number}" for number in numbers]


_MAKERS: dict[type, Callable[[Feature, Any, np.random.Generator], Any]] = {
    MultiArray: _multi_array,
    Image: _image,
    Dictionary: _dictionary,
    Sequence: _sequence,
    Double: lambda feature, declared, rng: float(rng.standard_normal()),
    Int64: lambda feature, declared, rng: int(rng.integers(0, 2)),
    String: lambda feature, declared, rng: "an example",
}
