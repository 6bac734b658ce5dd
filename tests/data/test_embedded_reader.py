"""The reader that ships with bertkit: small, complete, and able to answer the demo's questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bertkit.cli.demo import example_questions
from bertkit.coreml import Configuration
from bertkit.inspect import inspect_model
from bertkit.qa import Document, Reader
from bertkit.qa.metrics import exact_match, f1
from bertkit.resources import default_model, resource


@pytest.fixture(scope="module")
def reader(cache_home: Path) -> Reader:
    return Reader(configuration=Configuration(cache=cache_home / "bertkit" / "compiled"))


@pytest.fixture(scope="module")
def questions() -> list[dict]:
    return json.loads(resource("questions.json").read_text(encoding="utf-8"))["questions"]


def test_it_is_at_most_30_megabytes_and_says_what_it_is() -> None:
    inspection = inspect_model(default_model())
    assert inspection.size_bytes <= 30e6
    told = inspection.description.metadata.user_defined
    assert told["com.apple.coreml.model.preview.type"] == "bertQA"
    assert inspection.modules.parameters > 22e6
    assert {parameter.storage for parameter in inspection.parameters} >= {"int8"}


def test_it_answers_the_questions_of_the_demo(reader: Reader, questions: list[dict]) -> None:
    document = Document.open(resource("documents/lighthouses.txt"))
    asked = example_questions()
    golds = {row["question"]: [answer["text"] for answer in row["answers"]] for row in questions}
    results = reader.ask_many(asked, document)
    assert len(asked) == 4
    for question, result in zip(asked, results, strict=True):
        assert result.best is not None
        assert exact_match(result.best.text, golds[question])


@pytest.mark.slow
def test_it_answers_about_half_of_all_example_questions(reader: Reader, questions: list[dict]) -> None:
    documents = {row["document"]: Document.open(resource(f"documents/{row['document']}")) for row in questions}
    scores = []
    for name, document in documents.items():
        rows = [row for row in questions if row["document"] == name and row["answers"]]
        results = reader.ask_many([row["question"] for row in rows], document)
        for row, result in zip(rows, results, strict=True):
            scores.append(f1(result[0].text, [answer["text"] for answer in row["answers"]]))
    assert sum(scores) / len(scores) > 0.5
