"""Documents that a browser sends: bytes and a name, opened by the same loaders as files."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bertkit.errors import BertkitError, DependencyError, FileError
from bertkit.qa.document import Document


def open_bytes(name: str, content: bytes) -> Document:
    """Open a document from its bytes.

    Args:
        name: of the file; its suffix chooses the loader, nothing else of it is used but as the document's source.
        content: all of it.

    Raises:
        FileError: no loader reads such files, or this one cannot be read.
        DependencyError: the package that reads the format is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="bertkit-") as folder:
        path = Path(folder) / f"document{_suffix(name)}"
        path.write_bytes(content)
        try:
            document = Document.open(path)
        except BertkitError as error:
            kind = DependencyError if isinstance(error, DependencyError) else FileError
            raise kind(str(error).replace(str(path), name)) from error
    return replace(document, source=name)


def _suffix(name: str) -> str:
    """Return the suffix without anything that a path could be made of."""
    suffix = PurePosixPath(name).suffix
    return suffix if suffix[1:].isalnum() else ""
