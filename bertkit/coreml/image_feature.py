"""An image together with how it is brought into the size that a model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bertkit.errors import InputError

Scaling = Literal["fill", "fit", "center_crop"]
Orientation = Literal[
    "up", "up_mirrored", "down", "down_mirrored", "left_mirrored", "right", "right_mirrored", "left"
]  # in the order of their numbers in Exif data, which begin with 1

_WHOLE = (0.0, 0.0, 1.0, 1.0)
_ROUNDING = 1e-6


@dataclass(frozen=True)
class ImageFeature:
    """An image for an image input, turned, cropped and scaled: `model.predict({"photo": ImageFeature(path)})`.

    Attributes:
        source: the path or the `file:` URL of an image file, its bytes, a Pillow image, or an array of 0 to 255,
            [height, width] or [height, width, 3 or 4], red first.
        crop: the part to use: left, top, width and height as fractions of the upright image, from its upper left.
        orientation: which way up it is, by name or by its number in Exif data; None reads the Exif data of a file, an
            URL or bytes, and takes a Pillow image or an array as upright.
        scale: `fill` stretches the part to the size; `fit` keeps its proportions and leaves the rest black;
            `center_crop` keeps them and cuts off what is too wide or too high; None takes the part as it is, in whole
            pixels.
        size: the (width, height) wanted of a model that takes several; None keeps the part's own size if the model
            takes it, else the model's default.

    Raises:
        InputError: an option is not one of those above.
    """

    source: object
    crop: tuple[float, float, float, float] = _WHOLE
    orientation: Orientation | int | None = None
    scale: Scaling | None = "fill"
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.source, ImageFeature):
            raise InputError("The source of an ImageFeature must be an image, got another ImageFeature.")
        if self.scale is not None and self.scale not in get_args(Scaling):
            raise InputError(f"scale must be {', '.join(get_args(Scaling))} or None; got {self.scale!r}.")
        names = get_args(Orientation)
        numbers = range(1, len(names) + 1)
        if self.orientation is not None and self.orientation not in names and self.orientation not in numbers:
            raise InputError(f"orientation must be 1 to 8, {', '.join(names)} or None; got {self.orientation!r}.")
        if not _is_part(self.crop):
            raise InputError(
                "crop must be (left, top, width, height) as fractions of the image, inside 0 to 1 and not empty; "
                f"got {self.crop!r}."
            )

    @property
    def exif_orientation(self) -> int | None:
        """The orientation as its number in Exif data, 1 to 8; None to be read off the source."""
        if isinstance(self.orientation, str):
            return get_args(Orientation).index(self.orientation) + 1
        return self.orientation


def _is_part(crop: object) -> bool:
    """Say whether these are four numbers that stand for a part of an image; NaN compares false."""
    if not isinstance(crop, tuple | list) or len(crop) != 4:
        return False
    if not all(isinstance(number, int | float) for number in crop):
        return False
    left, top, width, height = crop
    inside = left >= 0 and top >= 0 and left + width <= 1 + _ROUNDING and top + height <= 1 + _ROUNDING
    return bool(inside and width > 0 and height > 0)
