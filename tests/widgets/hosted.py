"""The widgets as people make them in a notebook, for the tests in real hosts: a new widget is one row of `HOSTED`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from sample_models import HOSTILE

_PATIENCE_MS = 20_000
_HEXADECIMAL = re.compile(r"^[0-9a-f]{64}")


@dataclass(frozen=True)
class Hosted:
    """A widget in a notebook, and what its user does.

    Attributes:
        name: of the test.
        make: the expression that makes it, of the names in `_NAMES`.
        static: text that its static form shows.
        use: acts on the root of the live view; what it waits for shows that Python answered.
        state: what Python's `state` then holds; empty where nothing is selected or set.
    """

    name: str
    make: str
    static: str
    use: Callable[[Any], None]
    state: str = ""


def _use_model_map(root: Any) -> None:
    root.get_by_role("treeitem", name="SpanHead").click()
    root.locator("tr", has_text="logits").click()
    root.get_by_role("button", name="values").first.click()
    expect(root.get_by_role("img", name="Histogram")).to_be_visible(timeout=_PATIENCE_MS)


def _use_model_inspector(root: Any) -> None:
    root.get_by_role("tab", name="Files").click()
    root.get_by_role("button", name="hash of Manifest.json").click()
    expect(root.locator("tr", has_text="Manifest.json").locator("td").last).to_have_text(
        _HEXADECIMAL, timeout=_PATIENCE_MS
    )


def _use_model_pair(root: Any) -> None:
    root.locator(".bk-side").first.locator("tr", has_text="activation").first.click()
    expect(root.locator(".bk-side").last.locator(".bk-detail")).to_contain_text("intermediate_act_fn")


def _use_parity(root: Any) -> None:
    root.get_by_role("button", name="Compare").click()
    expect(root.get_by_text("the same answer", exact=True).first).to_be_visible(timeout=2 * _PATIENCE_MS)


def _open_everything(root: Any) -> None:
    """Press every button and tab, so that all text is drawn once."""
    for button in root.locator("[role=tab]:visible, [role=treeitem]:visible, summary:visible").all():
        if button.is_visible():
            button.click()


def _use_ask_document(root: Any) -> None:
    field = root.get_by_label("Question", exact=True)
    field.fill("Who lit the lamp?")
    field.press("Enter")
    expect(root.get_by_text("Questions asked (2)")).to_be_visible(timeout=_PATIENCE_MS)


def _use_attention_view(root: Any) -> None:
    root.get_by_role("application", name="All heads").focus()
    root.page.keyboard.press("Home")
    root.get_by_role("button", name="Silence this head").click()
    expect(root.locator(".bk-tried")).to_contain_text("silenced", timeout=_PATIENCE_MS)


def _use_tokenizer_view(root: Any) -> None:
    root.get_by_role("textbox", name="Document").fill("the lamp ☃ was lit")
    expect(root.locator(".bk-cut-unknown")).to_have_text("☃", timeout=_PATIENCE_MS)


def _use_cost_map(root: Any) -> None:
    root.get_by_role("combobox", name="Runs").select_option("5")
    root.get_by_role("button", name="Measure", exact=True).click()
    expect(root.locator(".bk-icicle-bar").first).to_be_visible(timeout=_PATIENCE_MS)


def _use_draw_pad(root: Any) -> None:
    root.get_by_role("application").focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "Space"):
        root.page.keyboard.press(key)
    expect(root.locator(".bk-guess-list")).to_be_visible(timeout=_PATIENCE_MS)


def _use_personalize(root: Any) -> None:
    """Delete the only correction: Python answers with an empty console."""
    root.get_by_role("button", name="Delete").first.click()
    expect(root.get_by_text("There are no corrections yet")).to_be_visible(timeout=3 * _PATIENCE_MS)


def _use_before_after(root: Any) -> None:
    expect(root.get_by_text("fixed").first).to_be_visible()


HOSTED = (
    Hosted("ModelMap", "ModelMap(program)", "EncoderLayer", _use_model_map, "layer=span_head__logits"),
    Hosted("ModelMap beside the original", "ModelMap(file, original=checkpoint)", "only in the file", _use_model_pair),
    Hosted("Parity", "Parity(checkpoint, 'w3 w9', small_story, Reader(file))", "Nothing is compared yet", _use_parity),
    Hosted("ModelMap hostile", "ModelMap(hostile)", "onerror", _open_everything),
    Hosted("ModelInspector", "ModelInspector(program)", "Interface", _use_model_inspector, "tab=files"),
    Hosted("ModelInspector hostile", "ModelInspector(hostile)", "onerror", _open_everything),
    Hosted("AskDocument", "AskDocument(story, reader, 'Who?')", "lighthouse", _use_ask_document),
    Hosted("AskDocument hostile", "AskDocument(bad_story, reader, HOSTILE)", "onerror", _open_everything),
    Hosted("AttentionView", "AttentionView('Who?', story, reader)", "lighthouse", _use_attention_view, "head=0"),
    Hosted("TokenizerView", "TokenizerView('Who?', story, reader)", "lamp", _use_tokenizer_view),
    Hosted("TokenizerView hostile", "TokenizerView(HOSTILE, bad_story, reader)", "onerror", _open_everything),
    Hosted("CostMap", "CostMap(program)", "encoder.mlpackage", _use_cost_map),
    Hosted("CostMap hostile", "CostMap(hostile)", "classifier.mlmodel", _open_everything),
    Hosted("AnswerSpan", "AnswerSpan('Who?', story, reader)", "lamp", _open_everything),
    Hosted("AnswerSpan hostile", "AnswerSpan(HOSTILE, bad_story, reader)", "onerror", _open_everything),
    Hosted("Workbench", "Workbench(reader, story, 'Who?')", "lamp", _open_everything),
    Hosted("Workbench hostile", "Workbench(reader, bad_story, HOSTILE)", "onerror", _open_everything),
    Hosted("AttentionView hostile", "AttentionView(HOSTILE, bad_story, reader)", "onerror", _open_everything),
    Hosted("Personalize", "Personalize(learner)", "There are no corrections yet", _open_everything),
    Hosted("Personalize hostile", "Personalize(bad_learner)", "onerror", _use_personalize),
    Hosted("BeforeAfter", "BeforeAfter(learned)", "1 fixed", _use_before_after),
    Hosted("BeforeAfter hostile", "BeforeAfter(bad_learned)", "onerror", _open_everything),
    Hosted("DrawPad", "DrawPad()", "emoji known", _use_draw_pad),
    Hosted("DrawPad hostile", "DrawPad(bad_pad)", "onerror", _open_everything),
)
"""All widgets; those called `... hostile` show text that would run if it became markup."""

_NAMES = """import tempfile
from bertkit import Document, Reader
from bertkit.drawing import Drawing, EmojiPad
from bertkit.qa.personal import Group, Item, Report
from bertkit.widgets import *
program, hostile, HOSTILE = {program!r}, {hostile!r}, {text!r}
file, checkpoint = {pair[0]!r}, {pair[1]!r}
small_story = Document.from_text("w1 w20 w7 w9 w33 w3 w15 w2 w40 w8", "small.txt")
story = Document.from_text("Henry lit the lamp of the lighthouse. The tower fell in 1703.", "story.txt")
bad_story = Document.from_text(HOSTILE + "\\n\\nand " + HOSTILE, HOSTILE)
reader = Reader()
learner, bad_learner = (Reader(file, personal=tempfile.mkdtemp()) for _ in range(2))
corrected = bad_learner.correct(HOSTILE, bad_story, (0, 8))
def report_of(*words):
    items = (Item(*words, 0.0, 1.0),)
    return Report(Group("taught", items), Group("held back", ()), Group("general", ()))
learned = report_of("Who?", "Henry", "story.txt", "the lamp", "Henry")
bad_learned = report_of(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
bad_pad = EmojiPad()
taught = bad_pad.teach(Drawing.of([[[0, 9], [0, 9]]]), HOSTILE)"""

_ECHO = """from IPython.display import display
from ipywidgets import Label
def show(widget):
    echo = Label()
    def tell(_=None):
        echo.value = "Python has " + widget.state
    widget.observe(tell, ["selection", "options"])
    tell()
    display(widget, echo)"""


def echoing_cells(program: Path, hostile: Path, pair: tuple[Path, Path]) -> list[str]:
    """Return cells that show every widget, each with a label below that Python fills with the widget's state."""
    return [f"{_names(program, hostile, pair)}\n{_ECHO}", *(f"show({row.make})" for row in HOSTED)]


def plain_cells(program: Path, hostile: Path, pair: tuple[Path, Path]) -> list[str]:
    """Return cells that each show a widget as their last line."""
    return [_names(program, hostile, pair), *(row.make for row in HOSTED)]


def _names(program: Path, hostile: Path, pair: tuple[Path, Path]) -> str:
    return _NAMES.format(program=str(program), hostile=str(hostile), text=HOSTILE, pair=[str(path) for path in pair])
