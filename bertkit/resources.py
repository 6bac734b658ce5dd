"""Where the embedded model and the example documents are: inside the wheel, or in `data/` of a checkout."""

from __future__ import annotations

from pathlib import Path

from bertkit.errors import FileError

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "data", _PACKAGE.parent / "data")

DEFAULT_MODEL = "minilm-l6-reader.mlpackage"


def resource(relative: str) -> Path:
    """Return the path of a file or folder that ships with bertkit.

    Args:
        relative: path below `data/`, for example `documents`.

    Raises:
        FileError: this installation does not hold it.
    """
    for root in _ROOTS:
        if (path := root / relative).exists():
            return path
    raise FileError(
        f"bertkit's own file {relative!r} is missing from this installation; looked in "
        f"{' and '.join(str(root) for root in _ROOTS)}. Install bertkit again."
    )


def default_model() -> Path:
    """Return the path of the embedded reader, a Core ML package."""
    return resource(f"models/{DEFAULT_MODEL}")
