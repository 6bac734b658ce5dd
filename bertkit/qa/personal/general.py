"""The general questions that ship with bertkit: half are repeated while a reader learns, half judge what it forgot."""

from __future__ import annotations

import json

from bertkit.qa.document import Document
from bertkit.qa.personal.lesson import Known
from bertkit.resources import resource

_FILE = "general_questions.json"


def general_questions() -> tuple[list[Known], list[Known]]:
    """Return those to repeat and those to judge by; no passage is in both.

    Raises:
        FileError: the installation does not hold them.
    """
    passages = json.loads(resource(_FILE).read_text(encoding="utf-8"))["passages"]
    halves: tuple[list[Known], list[Known]] = ([], [])
    for number, passage in enumerate(passages):
        document = Document.from_text(passage["text"], passage["title"])
        for question, *answers in passage["questions"]:
            start = passage["text"].index(answers[0])
            halves[number % 2].append(Known(question, document, start, start + len(answers[0]), tuple(answers[1:])))
    return halves
