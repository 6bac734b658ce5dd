"""Plain text: UTF-8, or UTF-16 and UTF-32 with a byte order mark."""

from __future__ import annotations

import codecs
from pathlib import Path

from bertkit.errors import FileError
from bertkit.qa.document import Document

_HEAD_BYTES = 1 << 16
# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_ENCODINGS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}
_SIGNATURES = {b"%PDF-": ".pdf", b"PK\x03\x04": ".docx"}
_TEXT_CONTROLS = b"\t\n\v\f\r\x1b"
_CONTROLS = bytes(set(range(32)) - set(_TEXT_CONTROLS))
_CONTROL_SHARE = 0.01


def load(path: Path) -> Document:
    """Load a text file; line ends stay as they are."""
    return Document(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read and decode a text file.

    Raises:
        FileError: the file is not text, or in an encoding that nothing in it names.
    """
    content = path.read_bytes()
    encoding = next((name for mark, name in _ENCODINGS.items() if content.startswith(mark)), "utf-8")
    if encoding == "utf-8":
        _refuse_binary(path, content[:_HEAD_BYTES])
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(
            f"{path} is not {encoding.removesuffix('-sig').upper()} text: byte 0x{content[error.start]:02x} at offset "
            f"{error.start} ({error.reason}). Save it as UTF-8, for example with: "
            "iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
        ) from error


def _refuse_binary(path: Path, head: bytes) -> None:
    for signature, suffix in _SIGNATURES.items():
        if head.startswith(signature):
            raise FileError(f"{path} is not text: it begins as a {suffix} file does. Rename it to end in {suffix}.")
    zero = head.find(b"\0")
    if zero >= 0:
        raise FileError(
            f"{path} is not text: byte 0x00 at offset {zero}. If it is UTF-16 without a byte order mark, save it as "
            "UTF-8."
        )
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > _CONTROL_SHARE * len(head):
        raise FileError(
            f"{path} is not text: {controls} of its first {len(head)} bytes are control characters. Pass a text file."
        )
