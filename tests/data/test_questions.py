"""The example documents and the questions about them: complete, consistent, and true to each other."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bertkit.qa.document import Document

_DATA = Path(__file__).resolve().parents[2] / "data"
_CONTENT: dict[str, Any] = json.loads((_DATA / "questions.json").read_text(encoding="utf-8"))
_QUESTIONS: list[dict[str, Any]] = _CONTENT["questions"]
_FILES = [row["file"] for row in _CONTENT["documents"]]
_OFFSETS_FIXED = (".txt", ".md")


@cache
def _text(file: str) -> str:
    return Document.open(_DATA / "documents" / file).text


def _even(text: str) -> str:
    return " ".join(text.split())


def test_format_is_as_described() -> None:
    assert _CONTENT.keys() == {"version", "documents", "questions"}
    assert _CONTENT["version"] == 1
    assert all(row.keys() == {"file", "kind"} for row in _CONTENT["documents"])
    for row in _QUESTIONS:
        assert row.keys() == {"id", "document", "question", "answers"}
        assert row["question"].endswith("?")
        assert all(answer.keys() == {"text", "start"} for answer in row["answers"])


def test_documents_listed_are_the_documents_there() -> None:
    assert sorted(_FILES) == sorted(path.name for path in (_DATA / "documents").iterdir())


def test_documents_are_of_many_kinds_and_formats() -> None:
    assert len({row["kind"] for row in _CONTENT["documents"]}) >= 6
    assert {Path(file).suffix for file in _FILES} == {".txt", ".md", ".html", ".pdf", ".docx"}


@pytest.mark.parametrize("file", _FILES)
def test_document_is_neither_a_snippet_nor_a_book(file: str) -> None:
    assert 600 <= len(_text(file).split()) <= 2500


def test_report_has_pages() -> None:
    assert len(Document.open(_DATA / "documents" / "eskerby_water_report.pdf").pages) >= 5


def test_web_page_is_read_without_its_clutter() -> None:
    text = _text("godwits.html")
    assert all(words not in text for words in ("cookies", "Most read", "rubber boots", "Reprint", "dataLayer"))


def test_travel_notes_exercise_unicode() -> None:
    characters = set(_text("slow_trains.txt"))
    required = {"decomposed": "\u0301", "no-break space": "\u00a0", "joined emoji": "\u200d", "astral": "\U0001f682"}
    assert not {name for name, character in required.items() if character not in characters}


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in _QUESTIONS}) == len(_QUESTIONS)
    assert len({(row["document"], row["question"]) for row in _QUESTIONS}) == len(_QUESTIONS)


@pytest.mark.parametrize("file", _FILES)
def test_each_document_has_answerable_and_unanswerable_questions(file: str) -> None:
    answerable = [bool(row["answers"]) for row in _QUESTIONS if row["document"] == file]
    assert answerable.count(True) >= 10
    assert answerable.count(False) >= 1


@pytest.mark.parametrize("row", _QUESTIONS, ids=lambda row: row["id"])
def test_answers_are_in_the_document(row: dict[str, Any]) -> None:
    text = _text(row["document"])
    for answer in row["answers"]:
        assert answer["text"] == answer["text"].strip() != ""
        if row["document"].endswith(_OFFSETS_FIXED):
            assert text[answer["start"] : answer["start"] + len(answer["text"])] == answer["text"]
        else:
            assert answer["start"] is None
            assert _even(answer["text"]) in _even(text)


@pytest.mark.parametrize("row", _QUESTIONS, ids=lambda row: row["id"])
def test_question_is_not_copied_from_the_document(row: dict[str, Any]) -> None:
    assert row["question"].rstrip("?").casefold() not in _even(_text(row["document"])).casefold()


@pytest.mark.parametrize(
    ("script", "file"),
    [("make_report.py", "eskerby_water_report.pdf"), ("make_minutes.py", "brackwater_minutes.docx")],
)
def test_generator_writes_the_document_that_is_there(script: str, file: str, tmp_path: Path) -> None:
    out = tmp_path / file
    subprocess.run([sys.executable, str(_DATA / "generators" / script), str(out)], check=True)
    written = Document.open(out)
    there = Document.open(_DATA / "documents" / file)
    assert (written.text, written.pages, written.headings) == (there.text, there.pages, there.headings)
