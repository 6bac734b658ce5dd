"""What is selected and how a view is set, as one short line: `module=encoder/layer_1&token=4&.sort=-parameters`.

Options have a dot before their names. Words stand as they are, other values as JSON. Quotes, backslashes, `&`, `%` and
line breaks are written as in an address, so that the line can be pasted between quotes of either kind. The live view
writes the same, js/src/base/state.ts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import unquote

from bertkit.errors import InputError
from bertkit.widgets.panel import Json

_OPTION = "."
_RESERVED = re.compile(r"""[%&'"\\\x00-\x1f\x7f\u2028\u2029]""")
_SHOWN = 80


def to_text(selection: Mapping[str, Json], options: Mapping[str, Json]) -> str:
    """Return the line."""
    pairs = [*selection.items(), *((f"{_OPTION}{name}", value) for name, value in options.items())]
    return "&".join(f"{_escaped(name.replace('=', ' '))}={_escaped(_written(value))}" for name, value in pairs)


def from_text(text: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the selection and the options of a line.

    Raises:
        InputError: it is no such line.
    """
    selection: dict[str, Json] = {}
    options: dict[str, Json] = {}
    for pair in text.split("&") if text else ():
        name, equals, value = pair.partition("=")
        if not (equals and name.removeprefix(_OPTION)):
            raise InputError(
                f"A state is what .state returned, such as module=encoder/layer_1&token=4; got {text[:_SHOWN]!r}."
            )
        target = options if name.startswith(_OPTION) else selection
        target[unquote(name).removeprefix(_OPTION)] = _read(unquote(value))
    return selection, options


def _escaped(text: str) -> str:
    return _RESERVED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _written(value: Json) -> str:
    """Return a word as it is, unless it would be read as something else."""
    if isinstance(value, str) and _read(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def _refuse(word: str) -> None:
    """Leave NaN and Infinity words, as JSON and the live view do."""
    raise ValueError(word)
