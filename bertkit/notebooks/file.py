"""A notebook file read as plain values and written back in the layout it had."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bertkit.errors import FileError
from bertkit.files import write_atomically

_VERSION = 4
_START = re.compile(r'^{(\n *)?"\w+":( ?)')


@dataclass(frozen=True)
class Layout:
    """How JSON is written.

    Attributes:
        indent: spaces a level; None for everything in one line.
        tight: no space follows a colon.
        ascii_only: other characters are escaped.
        end: what follows the last brace.
    """

    indent: int | None
    tight: bool
    ascii_only: bool
    end: str

    def write(self, content: Any) -> str:
        """Return the text of plain values."""
        comma = "," if self.tight or self.indent is not None else ", "
        separators = (comma, ":" if self.tight else ": ")
        return json.dumps(content, indent=self.indent, ensure_ascii=self.ascii_only, separators=separators) + self.end


@dataclass(frozen=True)
class NotebookFile:
    """A notebook on disk.

    Attributes:
        path: the file.
        content: the notebook as `json.loads` returns it; change it in place.
        layout: how the file was written.
    """

    path: Path
    content: dict[str, Any]
    layout: Layout

    @classmethod
    def open(cls, path: str | Path) -> NotebookFile:
        """Read a notebook of format 4.

        Raises:
            FileError: nothing is there, or it is no notebook of that format.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8")
            content = json.loads(text)
        except OSError as error:
            raise FileError(f"Cannot read {path}: {error.strerror}.") from error
        except ValueError as error:
            raise FileError(f"{path} is not a notebook: wanted JSON in UTF-8; {error}.") from error
        return cls(path, _checked(content, path), _layout(text))

    def save(self) -> None:
        """Replace the file; everything that was not changed stays as it was, byte by byte where JSON allows.

        Raises:
            FileError: it cannot be written.
        """
        try:
            write_atomically(self.path.resolve(), self.layout.write(self.content).encode())
        except OSError as error:
            raise FileError(f"Cannot write {self.path}: {error.strerror}.") from error


def _checked(content: Any, path: Path) -> dict[str, Any]:
    if not isinstance(content, dict) or "nbformat" not in content:
        kind = type(content).__name__
        raise FileError(f'{path} is not a notebook: wanted an object with "nbformat" and "cells", got a {kind} without.')
    if content["nbformat"] != _VERSION or not isinstance(content.get("cells"), list):
        raise FileError(
            f"{path} is a notebook of format {content['nbformat']}; wanted format {_VERSION}. "
            "Open and save it in JupyterLab, or run: jupyter nbconvert --to notebook --nbformat 4"
        )
    return content


def _layout(text: str) -> Layout:
    found = _START.match(text)
    indent = len(found[1]) - 1 if found and found[1] else None
    tight = found is not None and not found[2]
    return Layout(indent, tight, ascii_only=text.isascii(), end=text[len(text.rstrip()) :])
