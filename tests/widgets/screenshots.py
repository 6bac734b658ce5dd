"""Writes pictures of the widgets to look at: light and dark, at 360 and 1400 pixels.

python tests/widgets/screenshots.py model_map MODEL FOLDER
python tests/widgets/screenshots.py ask_document DOCUMENT FOLDER QUESTION...
python tests/widgets/screenshots.py answer_span DOCUMENT FOLDER
python tests/widgets/screenshots.py attention_view DOCUMENT FOLDER
python tests/widgets/screenshots.py cost_map MODEL FOLDER
python tests/widgets/screenshots.py parity CHECKPOINT FOLDER
python tests/widgets/screenshots.py personalize DOCUMENT FOLDER
python tests/widgets/screenshots.py workbench MODEL FOLDER QUESTION...
python tests/widgets/screenshots.py draw_pad MODEL FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "coreml"))
sys.path.insert(2, str(Path(__file__).parents[1] / "drawing"))

from bare_page import launched, opened

from bertkit.coreml import Package
from bertkit.insight import Subject
from bertkit.inspect import inspect_model
from bertkit.inspect.atlas import atlas_of
from bertkit.qa import Document, Reader
from bertkit.resources import resource
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.session import Session
from bertkit.widgets.model_inspector.panel import ModelInspectorPanel
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.panel import Panel
from bertkit.widgets.workbench.panel import WorkbenchPanel

_QUESTION = "When was the lamp first lit?"


def _panel(name: str, model: str) -> Panel:
    if name == "model_inspector":
        return ModelInspectorPanel(inspect_model(model))
    if name == "ask_document":
        session = Session(Document.open(model))
        for question in sys.argv[4:]:
            session.ask(question)
        return AskDocumentPanel(session)
    if name == "workbench":
        bench = WorkbenchPanel([Subject(Reader(model))], Document.open(resource("documents/lighthouses.txt")))
        for question in sys.argv[4:]:
            bench.answer(question, lambda done, total, note: None)
        return bench
    if name == "model_map":
        return ModelMapPanel(atlas_of(Package.open(model)))
    if name == "draw_pad":
        return _draw_pad(model)
    if name == "answer_span":
        return _answer_span(model)
    if name in _IN_DEPTH:
        return _IN_DEPTH[name](model)
    raise SystemExit(f"there is no panel {name}")


def _attention(document: str) -> Panel:
    from bertkit.widgets.attention_view.panel import AttentionPanel

    subject = Subject(Reader())
    return AttentionPanel(subject, subject.example(_QUESTION, Document.open(document)))


def _cost(model: str) -> Panel:
    from bertkit.insight.workload import Workload
    from bertkit.widgets.cost_map.panel import CostPanel

    package = Package.open(model)
    panel = CostPanel(atlas_of(package), Workload.of(package))
    panel.run(runs=5)
    return panel


def _parity(checkpoint: str) -> Panel:
    from bertkit.widgets.parity.panel import ParityPanel

    subject = Subject(Reader())
    example = subject.example(_QUESTION, Document.open(resource("documents/lighthouses.txt")))
    panel = ParityPanel(subject, checkpoint, example, engines=("torch", "openvino"))
    panel.run()
    return panel


def _personalize(document: str) -> Panel:
    import json
    import tempfile

    from bertkit.widgets.personalize.panel import PersonalizePanel

    reader, opened_document = Reader(personal=tempfile.mkdtemp()), Document.open(document)
    questions = json.loads(resource("questions.json").read_text(encoding="utf-8"))["questions"]
    for question in questions:
        if question["document"] == Path(document).name and question["answers"]:
            answer = question["answers"][0]
            span = (answer["start"], answer["start"] + len(answer["text"]))
            reader.correct(question["question"], opened_document, span)
    panel = PersonalizePanel(reader)
    panel.update = reader.personalize()
    panel.update.resume()
    panel.update.result()
    return panel


_IN_DEPTH = {"personalize": _personalize, "attention_view": _attention, "cost_map": _cost, "parity": _parity}


def _answer_span(document: str) -> Panel:
    from bertkit.widgets.answer_span.panel import AnswerSpanPanel

    subject = Subject(Reader())
    return AnswerSpanPanel(subject, subject.example(_QUESTION, Document.open(document)))


def _draw_pad(model: str) -> Panel:
    from small_pads import circle, cross

    from bertkit.drawing import EmojiPad
    from bertkit.widgets.draw_pad.panel import DrawPadPanel

    pad = EmojiPad(model=model)
    pad.teach([circle(squeeze=squeeze) for squeeze in (0.9, 1, 1.1)], "⭕")
    pad.teach([cross(bend=bend) for bend in (0, 8, 16)], "❌")
    return DrawPadPanel(pad, circle(squeeze=0.8))


def main() -> None:
    name, model, folder = sys.argv[1:4]
    panel = _panel(name, model)
    with launched() as browser:
        for dark in (False, True):
            for width in (360, 1400):
                with opened(browser, width, 900, dark) as bare:
                    bare.page.goto("about:blank")
                    bare.open_panel(panel)
                    if dark:
                        bare.page.evaluate("document.body.style.background = '#0d1117'")
                    bare.page.wait_for_timeout(600)
                    bare.page.wait_for_function("!document.querySelector('.bk-running')")
                    path = Path(folder) / f"{name}-{width}-{'dark' if dark else 'light'}.png"
                    bare.page.screenshot(path=str(path), full_page=True)
                    print(path, bare.errors, bare.blocked)


if __name__ == "__main__":
    main()
