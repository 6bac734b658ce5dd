"""A document: its text as it was loaded, and where its pages and headings lie."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bertkit.errors import FileError, InputError


@dataclass(frozen=True, order=True)
class Span:
    """A labeled stretch of a text.

    Attributes:
        start: offset of the first character.
        end: offset after the last character.
        label: a page number, or the words of a heading.
    """

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Document:
    """A text and where it came from. The text is never altered after loading, so that offsets stay true.

    Attributes:
        text: the whole text; offsets count its characters (code points).
        source: the path or name that answers give as their document.
        pages: one span a page, in order; empty where the format has no pages.
        headings: one span a section, in order, from its heading up to the next heading.

    Example:
        >>> document = Document.from_text("The lamp was lit in 1698.", source="notes")
        >>> document.text[20:24]
        '1698'
    """

    text: str = field(repr=False)
    source: str = "text"
    pages: tuple[Span, ...] = field(default=(), repr=False)
    headings: tuple[Span, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise InputError(f"The text of a document must be a str, got {type(self.text).__name__}.")
        if not self.text or self.text.isspace():
            raise InputError(
                f"The document {self.source!r} is empty: {len(self.text)} characters, none of them visible. "
                "Pass a text with at least one word."
            )
        _check_spans("pages", self.pages, len(self.text))
        _check_spans("headings", self.headings, len(self.text))

    @classmethod
    def from_text(cls, text: str, source: str = "text") -> Document:
        """Make a document of a text at hand.

        Raises:
            InputError: the text is empty or all white space.
        """
        return cls(text, source)

    @classmethod
    def of(cls, given: Document | Path) -> Document:
        """Return a document as it is, and open a path.

        Raises:
            InputError: it is neither; a bare str is refused, since it could be a path or a text.
            FileError: there is no such file, or it cannot be read.
        """
        if isinstance(given, Document):
            return given
        if isinstance(given, Path):
            return cls.open(given)
        raise InputError(
            f"A document must be a Document or a pathlib.Path, got {type(given).__name__}. "
            "Use Document.from_text for a text and Document.open for a path."
        )

    @classmethod
    def open(cls, path: str | Path) -> Document:
        """Load a .txt, .md, .html, .pdf or .docx file.

        Raises:
            FileError: nothing is at `path`, it is a folder, of another format, encrypted, truncated, or without text.
            DependencyError: the package that reads the format is not installed.
        """
        from bertkit.qa.loaders import loader_for

        path = Path(path)
        if path.is_dir():
            raise FileError(f"{path} is a folder. Pass the files in it, one document each.")
        if not path.exists():
            raise FileError(f"There is no document at {path}. Check the path.")
        load = loader_for(path)
        try:
            return load(path)
        except InputError as error:
            raise FileError(f"{path} holds no text ({path.stat().st_size} bytes). Pass a file with words.") from error
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{path} cannot be read: {error.strerror}.") from error

    def __hash__(self) -> int:
        # Leaves out the spans, since they follow from text and source, and a text's hash is computed once.
        return hash((self.text, self.source))

    @property
    def name(self) -> str:
        """The last part of the source, which is a path or a name."""
        return self.source.replace("\\", "/").rstrip("/").rpartition("/")[2] or self.source

    def page_of(self, offset: int) -> int | None:
        """Return the number (from 1) of the page that holds a character; None where there are no pages."""
        index = _index_at(self.pages, offset)
        return None if index is None else index + 1

    def heading_of(self, offset: int) -> str | None:
        """Return the nearest heading at or before a character; None where there is none."""
        index = _index_at(self.headings, offset)
        return None if index is None else self.headings[index].label


def _index_at(spans: Sequence[Span], offset: int) -> int | None:
    index = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return None if index < 0 else index


def _check_spans(name: str, spans: Sequence[Span], length: int) -> None:
    previous = 0
    for span in spans:
        if not previous <= span.start <= span.end <= length:
            raise InputError(
                f"{name} must be spans in order, without overlap, inside the text of {length} characters; "
                f"got {span.start}-{span.end} after {previous}."
            )
        previous = span.end
