"""A reader that was taught something, for the widgets' tests."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bertkit.coreml import Configuration
from bertkit.qa import Document, Reader
from bertkit.qa.personal import Group, Item, Report
from bertkit.widgets.personalize.panel import PersonalizePanel

LOSSES = (1.2, 0.7, 0.41, 0.3, 0.22)


def report_of(text: str = "", forgets: bool = False) -> Report:
    """Return what changed; every text is `text` where it is given."""

    def item(question: str, before: str, after: str, grades: tuple[float, float]) -> Item:
        words = [text or one for one in (question, "w9 w33", "passage.txt", before, after)]
        return Item(*words, *grades)  # type: ignore[arg-type]  # five texts, two grades

    taught_items = (
        item("Which code stands for a leak?", "w1", "w1", (0.0, 0.0)),
        item("How heavy may it be?", "w2", "w9 w33", (0.0, 1.0)),
        item("Who said so?", "w9 w33", "w2", (1.0, 0.0)),
        item("When?", "w3", "w9", (0.0, 0.67)),
    )
    general = tuple(item(f"General question {at}?", "w9", "w9", (1.0, 1.0)) for at in range(9))
    last = item("The last one?", "w9 w33", "w3", (1.0, 0.0 if forgets else 1.0))
    return Report(Group("taught", taught_items), Group("held back", ()), Group("general", (*general, last)))


def taught(model: Path, folder: Path, text: str = "", count: int = 3, forgets: bool = False) -> PersonalizePanel:
    """Return a console with corrections and, where there are any, an update that has ended."""
    reader = Reader(model, configuration=Configuration(engine="torch", cache=False), personal=folder)
    document = Document.from_text(text or "w1 thes w20 w7 nothing w9 w33 the w3 w15", text or "passage.txt")
    for at in range(count):
        reader.correct(f"{text or 'Which word comes here'} {at}?", document, (3 * at, 3 * at + 2))
    panel = PersonalizePanel(reader)
    if count:
        ended: Any = SimpleNamespace(report=report_of(text, forgets), loss_curve=LOSSES)
        panel.update = ended
    return panel


def learned(model: Path, folder: Path, question: str, document: Document, words: str) -> Reader:
    """Return a reader that was taught one answer and uses what it learned."""
    reader = Reader(model, configuration=Configuration(engine="torch", cache=False), personal=folder)
    reader.correct(question, document, words)
    personal = reader.personal
    personal.prepare()
    examples = [example for lesson in personal.lessons(personal.known()) for example in lesson.examples()]
    parameters = Configuration(engine="torch", parameters={"epochs": 60, "learningRate": 0.05})
    task = personal.store.update(examples, parameters, checkpoint=None)
    task.resume()
    personal.store.keep(task.result(60))
    personal.use_current()
    return reader
