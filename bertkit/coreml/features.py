"""Inputs and outputs of a model: their names, types and constraints, read from the specification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bertkit.coreml import proto, shapes
from bertkit.coreml.shapes import Shape
from bertkit.errors import ModelError

_ARRAY_TYPES = {"FLOAT32": "float32", "DOUBLE": "float64", "INT32": "int32", "INT8": "int8", "FLOAT16": "float16"}


@dataclass(frozen=True)
class Int64:
    """One integer."""

    kind: ClassVar[str] = "int64"

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True)
class Double:
    """One floating-point number."""

    kind: ClassVar[str] = "double"

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True)
class String:
    """One string."""

    kind: ClassVar[str] = "string"

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True)
class MultiArray:
    """An array of numbers.

    Attributes:
        dtype: float32, float64, float16, int32 or int8.
        shape: which shapes are allowed.
        default: what an optional input is filled with when it is not given; None means zero.
        takes_leading_axes: whether an array may be led by two more axes of any size, sequence and batch: networks of
            the legacy mapping take them.
    """

    kind: ClassVar[str] = "multi-array"
    dtype: np.dtype[Any]
    shape: Shape
    default: float | None = None
    takes_leading_axes: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.dtype} {self.shape}"


@dataclass(frozen=True)
class Image:
    """An image; `bertkit.coreml.images` says what may be passed for one.

    Attributes:
        width: default width in pixels.
        height: default height in pixels.
        color_space: `GRAYSCALE`, `RGB`, `BGR` or `GRAYSCALE_FLOAT16`.
        sizes: other (width, height) that are allowed.
        width_range: allowed widths, both bounds included, where they form a range; an upper bound of None is no bound.
        height_range: allowed heights, likewise.
    """

    kind: ClassVar[str] = "image"
    width: int
    height: int
    color_space: str
    sizes: tuple[tuple[int, int], ...] = ()
    width_range: tuple[int, int | None] | None = None
    height_range: tuple[int, int | None] | None = None

    def __str__(self) -> str:
        others = [f" or {width} x {height}" for width, height in self.sizes if (width, height) != self.default_size]
        if self.width_range is not None and self.height_range is not None:
            others = [f" (or {_range(self.width_range)} x {_range(self.height_range)})"]
        return f"{self.kind} {self.color_space} {self.width} x {self.height}{''.join(others)}"

    @property
    def default_size(self) -> tuple[int, int]:
        """Width and height of an image where nothing says otherwise."""
        return self.width, self.height


@dataclass(frozen=True)
class Dictionary:
    """Numbers by key; `key` is `int64` or `string`."""

    kind: ClassVar[str] = "dictionary"
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key} to double"


@dataclass(frozen=True)
class Sequence:
    """A list of `int64` or `string`; `length` is the range of its length, None as upper bound meaning none."""

    kind: ClassVar[str] = "sequence"
    element: str
    length: tuple[int, int | None]

    def __str__(self) -> str:
        return f"{self.kind} of {self.element}"


@dataclass(frozen=True)
class State:
    """An array that a model keeps between predictions."""

    kind: ClassVar[str] = "state"
    array: MultiArray

    def __str__(self) -> str:
        return f"{self.kind} {self.array.dtype} {self.array.shape}"


def _range(bounds: tuple[int, int | None]) -> str:
    return f"{bounds[0]}..{'' if bounds[1] is None else bounds[1]}"


FeatureType = Int64 | Double | String | MultiArray | Image | Dictionary | Sequence | State


@dataclass(frozen=True)
class Feature:
    """One named input, output or state of a model.

    Attributes:
        name: what a value is passed or returned under.
        type: what kind of value it is, with its constraints.
        description: a sentence by the model's author; may be empty.
        optional: whether it may be left out.
    """

    name: str
    type: FeatureType
    description: str = ""
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.type}{' (optional)' if self.optional else ''}"


def from_specification(feature: Any) -> Feature:
    """Read a `Model_pb2.FeatureDescription`.

    Raises:
        ModelError: it has no type, or a type that does not exist.
    """
    kind = feature.type.WhichOneof("Type")
    if kind not in _READERS:
        raise ModelError(f'The feature "{feature.name}" has no type. The model is damaged, or newer than this bertkit.')
    value = getattr(feature.type, kind)
    try:
        read = _READERS[kind](value)
    except ValueError as error:
        raise ModelError(f'The feature "{feature.name}" is malformed: {error}.') from error
    return Feature(feature.name, read, feature.shortDescription, feature.type.isOptional)


def _multi_array(array: Any) -> MultiArray:
    types = proto.feature_types_pb2().ArrayFeatureType.ArrayDataType
    # Core ML 1 wrote pipelines whose models name no element type among themselves, and computes in float64 there.
    name = types.Name(array.dataType) if array.dataType else "DOUBLE"
    default = array.WhichOneof("defaultOptionalValue")
    return MultiArray(
        np.dtype(_ARRAY_TYPES[name]),
        shapes.from_specification(array),
        None if default is None else float(getattr(array, default)),
    )


def _image(image: Any) -> Image:
    color_space = proto.feature_types_pb2().ImageFeatureType.ColorSpace.Name(image.colorSpace)
    sizes = tuple((int(size.width), int(size.height)) for size in image.enumeratedSizes.sizes)
    widths = heights = None
    if image.WhichOneof("SizeFlexibility") == "imageSizeRange":
        widths = shapes.size_range(image.imageSizeRange.widthRange)
        heights = shapes.size_range(image.imageSizeRange.heightRange)
    width, height = int(image.width), int(image.height)
    if (width, height) == (0, 0) and sizes:  # left out, the default is the first or the smallest
        width, height = sizes[0]
    elif (width, height) == (0, 0) and widths is not None and heights is not None:
        width, height = widths[0], heights[0]
    return Image(width, height, color_space, sizes, widths, heights)


def _sequence(sequence: Any) -> Sequence:
    element = "int64" if sequence.WhichOneof("Type") == "int64Type" else "string"
    length = shapes.size_range(sequence.sizeRange) if sequence.HasField("sizeRange") else (0, None)
    return Sequence(element, length)


_READERS: dict[str, Callable[[Any], FeatureType]] = {
    "int64Type": lambda _: Int64(),
    "doubleType": lambda _: Double(),
    "stringType": lambda _: String(),
    "multiArrayType": _multi_array,
    "imageType": _image,
    "dictionaryType": lambda type_: Dictionary("int64" if type_.WhichOneof("KeyType") == "int64KeyType" else "string"),
    "sequenceType": _sequence,
    "stateType": lambda type_: State(_multi_array(type_.arrayType)),
}
