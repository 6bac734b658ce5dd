"""The specification itself, one level at a time: a model's message with its fields, however large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from bertkit.coreml import Package
from bertkit.errors import InputError

_MOST = 200
_LONGEST = 120


@dataclass(frozen=True)
class Field:
    """One field of a message, or one item of a repeated field.

    Attributes:
        path: where it is, for `fields_at`.
        name: of the field, the key or the index.
        value: a number or word; of a message or list what it holds, in words.
        opens: whether there is something inside.
    """

    path: str
    name: str
    value: str
    opens: bool


def fields_at(package: Package, path: str = "") -> tuple[list[Field], int]:
    """List what is inside a part of the specification.

    Args:
        package: the model.
        path: of a `Field` listed before; empty for the whole.

    Returns:
        At most 200 fields, and how many there are.

    Raises:
        InputError: there is nothing at `path`.
    """
    value: Any = package.specification
    for step in path.split("/")[1:]:
        value = _inside(value, unquote(step), path)
    items = list(_items(value))
    return [_field(f"{path}/{quote(name, safe='')}", name, item) for name, item in items[:_MOST]], len(items)


def _inside(value: Any, name: str, path: str) -> Any:
    for own, item in _items(value):
        if own == name:
            return item
    raise InputError(f'The specification has nothing at "{path}".')


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(value, "ListFields"):
        yield from ((field.name, item) for field, item in value.ListFields())
    elif hasattr(value, "items"):
        yield from ((str(key), value[key]) for key in value)
    elif not _is_plain(value):
        yield from ((str(index), item) for index, item in enumerate(value))


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bytes, int, float, bool))


def _field(path: str, name: str, value: Any) -> Field:
    if isinstance(value, bytes):
        return Field(path, name, f"{len(value):,d} bytes", False)
    if isinstance(value, str):
        shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value):,d} characters)"
        return Field(path, name, shown, False)
    if _is_plain(value):
        return Field(path, name, f"{value:.7g}" if isinstance(value, float) else str(value), False)
    if hasattr(value, "ListFields"):
        return Field(path, name, _message(value), bool(value.ListFields()))
    return Field(path, name, f"{len(value):,d} {'entries' if hasattr(value, 'items') else 'items'}", len(value) > 0)


def _message(value: Any) -> str:
    """Return what a message calls itself, else which fields it has."""
    fields = [field.name for field, _ in value.ListFields()]
    own = getattr(value, "name", None) if "name" in fields else None
    kind = getattr(value, "type", None) if "type" in fields else None
    words = [word for word in (kind, own) if isinstance(word, str)]
    return " ".join(words) or ", ".join(fields[:6])
