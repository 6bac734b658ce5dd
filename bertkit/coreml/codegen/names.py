"""Names of a model and its features as names that Python takes."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

_NOT_IN_A_NAME = re.compile(r"\W+")


def class_name(text: str) -> str:
    """Return a name for a class: `digits-updatable` becomes `DigitsUpdatable`."""
    words = _NOT_IN_A_NAME.sub(" ", _plain(text)).replace("_", " ").split()
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return _usable(joined, "Model")


def field_names(names: Iterable[str], reserved: str) -> dict[str, str]:
    """Return a different name for a field for each name; one that Python takes stays as it is.

    Args:
        names: of features.
        reserved: a name that no field may have.
    """
    chosen: dict[str, str] = {}
    for name in names:
        wanted = _usable(_NOT_IN_A_NAME.sub("_", _plain(name)).strip("_"), "feature")
        free, number = wanted, 2
        while free == reserved or free in chosen.values():
            free, number = f"{wanted}_{number}", number + 1
        chosen[name] = free
    return chosen


def _plain(text: str) -> str:
    """Return the form that Python itself reads a name as, with spaces for the digits that it does not take."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(letter if f"a{letter}".isidentifier() or not letter.isalnum() else " " for letter in normal)


def _usable(name: str, otherwise: str) -> str:
    name = name if name else otherwise
    if not name.isidentifier():
        name = f"{otherwise}_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name
