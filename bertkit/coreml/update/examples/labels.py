"""Examples from a folder with one subfolder of images for each label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bertkit.coreml.features import Feature, Image, String
from bertkit.coreml.image_feature import ImageFeature
from bertkit.errors import InputError

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")


def takes_images(features: tuple[Feature, ...]) -> bool:
    """Say whether a model is trained with one image and one label."""
    return len(features) == 2 and sum(isinstance(feature.type, Image) for feature in features) == 1


def rows_of_labels(path: Path, features: tuple[Feature, ...]) -> Iterator[object]:
    """Yield an example for each image, stretched to what the model takes, labels and files by name.

    Args:
        path: the folder. A subfolder's name is the label, or the number of the class.
        features: the training inputs: an image and a label.

    Raises:
        InputError: there are no images, or a label must be a number and is none.
        FileError: an image cannot be read.
    """
    files = [file for folder in sorted(path.iterdir()) if folder.is_dir() for file in sorted(folder.iterdir())]
    images = [file for file in files if file.suffix.lower() in _SUFFIXES]
    if not images:
        raise InputError(
            f"{path} must hold one subfolder of images for each label; there is no image in any subfolder."
        )
    return (_row(file, features) for file in images)


def _row(file: Path, features: tuple[Feature, ...]) -> dict[str, object]:
    row: dict[str, object] = {}
    for feature in features:
        if isinstance(feature.type, Image):
            row[feature.name] = ImageFeature(file)
        else:
            row[feature.name] = _label(file.parent, feature)
    return row


def _label(folder: Path, feature: Feature) -> object:
    if isinstance(feature.type, String):
        return folder.name
    try:
        return int(folder.name)
    except ValueError as error:
        raise InputError(
            f'The folder {folder} must be named by a whole number, which "{feature.name}" is; got "{folder.name}".'
        ) from error
