"""Files to learn from, and which share of each an epoch takes."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bertkit.errors import FileError, InputError
from bertkit.files import digest_files
from bertkit.qa.datasets import KnownQuestion, read_questions
from bertkit.qa.metrics import normalize

_SUFFIXES = (".json", ".jsonl", ".json.xz", ".jsonl.xz", ".json.gz", ".jsonl.gz")
_SHORTEST_PARAGRAPH = 200


@dataclass(frozen=True)
class Source:
    """A file of training data.

    Attributes:
        path: where it is.
        share: how often an epoch takes each of its rows: 0.2 a fifth of them, 2 all of them twice.
    """

    path: Path
    share: float

    @property
    def digest(self) -> str:
        """Digest of the file's content."""
        return digest_files([self.path])


@dataclass(frozen=True)
class Example:
    """A question of a passage, with the places of its answer.

    Attributes:
        question: what is asked.
        context: the passage.
        spans: (start, end) in characters of the places that are right; none where the passage does not answer.
        title: of the article that the passage is from; may be empty.
    """

    question: str
    context: str
    spans: tuple[tuple[int, int], ...]
    title: str = ""


@dataclass(frozen=True)
class Article:
    """Plain text to learn from: its title and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


def find_sources(data: Sequence[str]) -> list[Source]:
    """Return the files that are named, in order, and those in named folders, sorted.

    Args:
        data: files or folders, each with `=share` after it or without.

    Raises:
        InputError: nothing is named, a file twice, or a share is no number above 0.
        FileError: there is no such file, or a folder holds no data.
    """
    sources = [source for entry in data for source in _sources(entry)]
    if not sources:
        raise InputError("There is nothing to learn from. Name files or folders with --data.")
    twice = [path for path, count in Counter(source.path.resolve() for source in sources).items() if count > 1]
    if twice:
        raise InputError(f"{twice[0]} is named twice. Name it once, with a share: {twice[0].name}=2")
    return sources


def read_examples(source: Source) -> list[Example]:
    """Read known questions; where annotators differ, the answer that most of them gave counts.

    A question whose answer does not stand in its passage is left out.

    Raises:
        FileError: the file cannot be read.
        InputError: a row is malformed.
    """
    examples = map(_example, read_questions(source.path))
    return [example for example in examples if example is not None]


def read_articles(source: Source) -> Iterator[Article]:
    """Read plain text: JSON lines with `title` and `text`, one paragraph a line of `text`.

    Raises:
        FileError: the file cannot be read, or is no such file.
    """
    opener = lzma.open if source.path.suffix == ".xz" else open
    try:
        with opener(source.path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                paragraphs = [part for part in row["text"].split("\n") if len(part) >= _SHORTEST_PARAGRAPH]
                yield Article(str(row.get("title", "")), tuple(paragraphs))
    except (OSError, EOFError, ValueError, KeyError, AttributeError, TypeError, lzma.LZMAError) as error:
        raise FileError(
            f'{source.path} cannot be read as plain text: wanted JSON lines with "title" and "text"; {error!r}.'
        ) from error


def _sources(entry: str) -> Iterable[Source]:
    name, separator, stated = entry.rpartition("=") if not Path(entry).exists() else (entry, "", "")
    path = Path(name if separator else entry)
    share = _share(stated, entry) if separator else 1.0
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.name.endswith(_SUFFIXES))
        if not found:
            raise FileError(f"The folder {path} holds no data: looked for {', '.join(_SUFFIXES)}.")
        return [Source(file, share) for file in found]
    if not path.is_file():
        raise FileError(f"There is no data at {path}. Check the path.")
    return [Source(path, share)]


def _share(text: str, entry: str) -> float:
    try:
        share = float(text)
    except ValueError as error:
        raise InputError(f'The share in "{entry}" must be a number, got "{text}".') from error
    if not 0 < share < 100:
        raise InputError(f'The share in "{entry}" must be above 0 and below 100, got {share}.')
    return share


def _example(known: KnownQuestion) -> Example | None:
    if not known.answers:
        return Example(known.question, known.context, (), known.title)
    wordings = [normalize(answer) for answer in known.answers]
    most = Counter(wordings).most_common(1)[0][0]
    chosen = wordings.index(most)
    text, start = known.answers[chosen], known.starts[chosen]
    start = known.context.find(text) if start is None else start
    return None if start < 0 else Example(known.question, known.context, ((start, start + len(text)),), known.title)
