"""Corrected answers, kept in one SQLite file on this machine."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from bertkit.errors import FileError, InputError
from bertkit.qa.document import Document

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, source TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS corrections (
    number INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, document TEXT NOT NULL REFERENCES documents,
    start INTEGER NOT NULL, end INTEGER NOT NULL, made TEXT NOT NULL, UNIQUE (question, document));
"""
_DELETE_UNUSED = "DELETE FROM documents WHERE digest NOT IN (SELECT document FROM corrections)"


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Correction:
    """A question and the words that answer it: `correction.text == correction.source.text[start:end]`.

    Attributes:
        number: by which it is deleted; counted up and never used twice.
        question: in words.
        start: offset of the answer's first character.
        end: offset after its last character.
        made: when, as ISO 8601 in UTC.
        source: the document.
    """

    number: int
    question: str
    start: int
    end: int
    made: str
    source: Document = field(repr=False)

    @property
    def text(self) -> str:
        """The words of the answer."""
        return self.source.text[self.start : self.end]


class Corrections:
    """The corrections in a file; a list that can be added to and deleted from.

    Nothing of it is sent anywhere. What is deleted is overwritten in the file.

    Args:
        path: of the file; made with the first correction.
        now: the time of day.
    """

    def __init__(self, path: str | Path, *, now: Callable[[], datetime] = _now) -> None:
        self.path = Path(path)
        self._now = now

    def add(self, question: str, document: Document, start: int, end: int) -> Correction:
        """Keep a correction. One of the same question and document is replaced.

        Args:
            question: in words.
            document: where the answer stands.
            start: offset of its first character; white space at either end is left out.
            end: offset after its last character.

        Raises:
            InputError: the question is empty, or there are no words between the offsets.
            FileError: the file cannot be written.
        """
        if not isinstance(question, str) or not question.strip():
            raise InputError(f"A correction needs the question that was asked, in words; got {question!r}.")
        start, end = _words(document, start, end)
        digest = hashlib.blake2b(f"{document.source}\0{document.text}".encode(), digest_size=16).hexdigest()
        made = self._now().isoformat(timespec="seconds")
        row = (question.strip(), digest, start, end, made)
        with self._open() as database:
            database.execute(
                "INSERT OR IGNORE INTO documents VALUES (?, ?, ?)", (digest, document.source, document.text)
            )
            query = "INSERT OR REPLACE INTO corrections (question, document, start, end, made) VALUES (?, ?, ?, ?, ?)"
            number = database.execute(query, row).lastrowid
        return Correction(int(number or 0), question.strip(), start, end, made, document)

    def delete(self, number: int) -> None:
        """Delete a correction, and its document if no other one is of it.

        Raises:
            InputError: there is no such correction.
            FileError: the file cannot be written.
        """
        with self._open() as database:
            if database.execute("DELETE FROM corrections WHERE number = ?", (number,)).rowcount == 0:
                raise InputError(f"There is no correction {number}. See the list for the numbers.")
            database.execute(_DELETE_UNUSED)

    def clear(self) -> None:
        """Delete all corrections.

        Raises:
            FileError: the file cannot be written.
        """
        with self._open() as database:
            database.execute("DELETE FROM corrections")
            database.execute(_DELETE_UNUSED)

    def __iter__(self) -> Iterator[Correction]:
        """Yield all corrections, the first one made first.

        Raises:
            FileError: the file cannot be read.
        """
        if not self.path.exists():
            return
        with self._open() as database:
            documents = {
                digest: Document.from_text(text, source)
                for digest, source, text in database.execute("SELECT digest, source, text FROM documents")
            }
            rows = database.execute(
                "SELECT number, question, start, end, made, document FROM corrections ORDER BY number"
            ).fetchall()
        for number, question, start, end, made, digest in rows:
            yield Correction(number, question, start, end, made, documents[digest])

    def __len__(self) -> int:
        if not self.path.exists():
            return 0
        with self._open() as database:
            return int(database.execute("SELECT COUNT(*) FROM corrections").fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield the database within one transaction."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path)) as database, database:
                database.execute("PRAGMA secure_delete = ON")
                database.executescript(_SCHEMA)
                yield database
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"The corrections in {self.path} cannot be read or written: {error}.") from error


def _words(document: Document, start: int, end: int) -> tuple[int, int]:
    """Return the offsets without white space around the words."""
    size = len(document.text)
    if not 0 <= start < end <= size or document.text[start:end].isspace():
        raise InputError(
            f"There are no words between the offsets {start} and {end} of {document.source!r}, which has {size} "
            "characters. Pass (start, end) of the right words."
        )
    words = document.text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())
