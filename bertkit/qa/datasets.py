"""Sets of questions with known answers: SQuAD JSON, and JSON lines."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from bertkit.errors import FileError, InputError
from bertkit.qa.document import Document
from bertkit.qa.scan import Task

_OPENERS: dict[str, Callable[..., IO[str]]] = {".gz": gzip.open, ".xz": lzma.open}
_LINES, _SQUAD = ".jsonl", ".json"


@dataclass(frozen=True)
class KnownQuestion:
    """A question of a passage, and what is right.

    Attributes:
        place: where it stands in the file, for messages.
        context: the passage.
        question: what is asked.
        answers: texts that are right; none where the passage does not say.
        starts: offset of each answer's first character in the passage; None where the file does not state it.
        title: of the article that the passage is from; empty where the file does not state it.
    """

    place: str
    context: str
    question: str
    answers: tuple[str, ...]
    starts: tuple[int | None, ...] = ()
    title: str = ""


def read_questions(path: str | Path, limit: int | None = None) -> list[KnownQuestion]:
    """Read a set of questions.

    Args:
        path: `.json` in SQuAD's form, or `.jsonl` with one `{"context", "question", "answers": [{"text"}]}` a line;
            either may be compressed, as `.gz` or `.xz`.
        limit: only the first so many.

    Raises:
        FileError: the file is missing, damaged, of another format, or holds no question.
        InputError: a row is malformed; the message says which, and what is wrong with it.
    """
    path = Path(path)
    suffixes = path.suffixes[-2:]
    opener = _OPENERS.get(path.suffix, open)
    form = suffixes[0] if path.suffix in _OPENERS and suffixes else path.suffix
    readers = {_LINES: _json_lines, _SQUAD: _squad}
    if form not in readers:
        raise FileError(f"{path} is no set of questions: wanted .json or .jsonl, either also with .gz or .xz after it.")
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            questions = list(islice(readers[form](path, file), limit))
    except FileNotFoundError as error:
        raise FileError(f"There is no set of questions at {path}. Check the path.") from error
    except (EOFError, OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise FileError(f"{path} cannot be read, or is truncated: {error}. Copy or download it again.") from error
    if not questions:
        raise FileError(f"{path} holds no question.")
    return questions


def tasks_of(questions: Sequence[KnownQuestion]) -> list[Task]:
    """Return one task a passage, with the questions asked of it."""
    by_context: dict[str, list[int]] = {}
    for index, question in enumerate(questions):
        by_context.setdefault(question.context, []).append(index)
    return [Task(Document.from_text(context), tuple(indices)) for context, indices in by_context.items()]


def _json_lines(path: Path, file: IO[str]) -> Iterator[KnownQuestion]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            place = f"{path}, line {number}"
            row = _parse(line, place)
            yield _question(row, _text(row, "context", place), _title(row), place)


def _squad(path: Path, file: IO[str]) -> Iterator[KnownQuestion]:
    articles = _list(_parse(file.read(), str(path)), "data", str(path))
    for i, article in enumerate(articles):
        for j, paragraph in enumerate(_list(article, "paragraphs", f"{path}, data[{i}]")):
            place = f"{path}, data[{i}].paragraphs[{j}]"
            context = _text(paragraph, "context", place)
            for k, row in enumerate(_list(paragraph, "qas", place)):
                yield _question(row, context, _title(article), f"{place}.qas[{k}]")


def _question(row: object, context: str, title: str, place: str) -> KnownQuestion:
    answers = _list(row, "answers", place)
    texts = [_text(answer, "text", f"{place}, answers[{index}]") for index, answer in enumerate(answers)]
    starts = [_start(answer, text, context) for answer, text in zip(answers, texts, strict=True)]
    return KnownQuestion(place, context, _text(row, "question", place), tuple(texts), tuple(starts), title)


def _title(row: Any) -> str:
    title = row.get("title")
    return title if isinstance(title, str) else ""


def _start(answer: Any, text: str, context: str) -> int | None:
    """Return where the answer stands, if the file says so and it does stand there."""
    start = answer.get("answer_start")
    stated = isinstance(start, int) and start >= 0 and context.startswith(text, start)
    return start if stated else None


def _parse(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not JSON: {error}.") from error


def _field(row: object, name: str, place: str) -> Any:
    if not isinstance(row, dict) or name not in row:
        found = ", ".join(row) if isinstance(row, dict) else type(row).__name__
        raise InputError(f'{place}: wanted an object with "{name}", got {found}.')
    return row[name]


def _text(row: object, name: str, place: str) -> str:
    value = _field(row, name, place)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f'{place}: "{name}" must be a text that is not empty, got {value!r}.')
    return value


def _list(row: object, name: str, place: str) -> list[Any]:
    value = _field(row, name, place)
    if not isinstance(value, list):
        raise InputError(f'{place}: "{name}" must be a list, got {type(value).__name__}.')
    return value
