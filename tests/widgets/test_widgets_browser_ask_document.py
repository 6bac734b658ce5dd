"""Asking a document in a real browser: answers in the text, keys, stop, marks, uploads, right-to-left, pages."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bare_page import BarePage, opened
from playwright.sync_api import Locator, expect
from qa_fakes import FakeModel
from sample_models import HOSTILE

from bertkit.qa import Document, Reader
from bertkit.qa.document import Span
from bertkit.widgets.ask_document.panel import AskDocumentPanel
from bertkit.widgets.ask_document.session import Session
from bertkit.widgets.page import embedded, write_page

pytestmark = pytest.mark.browser

TEXT = "The lamp was lit in 1698.\n\nIt stood on a rock.\n\nThe tower fell in 1703, in the great storm."


class SlowModel(FakeModel):
    """Takes its time with every window."""

    def predict_batch(self, rows: Sequence[Mapping[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
        time.sleep(0.15)
        return super().predict_batch(rows)


def panel_of(text: str, *questions: str, model: FakeModel | None = None, pages: int = 0) -> AskDocumentPanel:
    step = len(text) // max(pages, 1)
    starts = [number * step for number in range(pages)]
    spans = tuple(Span(start, start + step, str(at + 1)) for at, start in enumerate(starts))
    session = Session(Document(text, "notes.txt", spans), Reader(FakeModel((32, 64)) if model is None else model))
    for question in questions:
        session.ask(question)
    return AskDocumentPanel(session)


def highlighted(bare: BarePage, layer: str) -> list[str]:
    """Return the texts of a layer's ranges."""
    script = "(name) => [...(CSS.highlights.get(name) ?? [])].map((range) => range.toString())"
    found: list[str] = bare.page.evaluate(script, f"bk-{layer}")
    return found


def ask(root: Locator, question: str) -> None:
    field = root.get_by_role("textbox", name="Question")
    field.fill(question)
    field.press("Enter")


def select_words(bare: BarePage, paragraph: int, start: int, end: int) -> None:
    """Select UTF-16 units of a paragraph, as a mouse does."""
    bare.page.evaluate(
        """([at, start, end]) => {
          const place = (units) => {
            const paragraph = document.querySelectorAll(".bk-paragraph")[at];
            const walk = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
            let node = walk.nextNode();
            for (; units > node.length; node = walk.nextNode()) units -= node.length;
            return [node, units];
          };
          getSelection().setBaseAndExtent(...place(start), ...place(end));
        }""",
        [paragraph, start, end],
    )


def test_a_question_is_answered_in_the_text(bare: BarePage) -> None:
    panel = panel_of(TEXT)
    root = bare.open_panel(panel)
    expect(root.get_by_text("No question yet.")).to_be_visible()
    ask(root, "1703")
    best = root.get_by_role("option", selected=True)
    expect(best).to_contain_text("1703")
    expect(best).to_contain_text("100.0 %")
    expect(root.get_by_text("searched all")).to_be_visible()
    expect(root.get_by_role("option", name="No answer")).to_contain_text("<0.1 %")
    assert highlighted(bare, "current") == ["1703"]
    assert panel.session.history[0].result.question == "1703"
    assert bare.axe() == []


def test_no_answer_is_a_result(bare: BarePage) -> None:
    panel = panel_of(TEXT, model=FakeModel((32, 64), null_threshold=-100.0))
    root = bare.open_panel(panel)
    ask(root, "1703")
    first = root.get_by_role("option").first
    expect(first).to_contain_text("No answer")
    expect(first).to_contain_text("does not seem to say")
    expect(first).to_have_attribute("aria-selected", "true")
    assert highlighted(bare, "current") == []
    ask(root, "")
    expect(root.get_by_role("textbox", name="Question")).to_be_focused()


def test_an_impossible_question_is_refused_in_words(bare: BarePage) -> None:
    root = bare.open_panel(panel_of(TEXT))
    ask(root, "w" * 90)
    expect(root.get_by_role("alert")).to_contain_text("Ask a shorter question")


def test_keys_step_through_the_answers_and_the_text_follows(bare: BarePage) -> None:
    text = "\n\n".join(f"Paragraph {number} is about stones. " * 6 for number in range(120))
    panel = panel_of(text.replace("Paragraph 110 is", "Paragraph 110 zz"), "zz", pages=12)
    root = bare.open_panel(panel)
    expect(root.get_by_text("answer 1 of 5")).to_be_visible()
    expect(root.get_by_text("page 11 of 12")).to_be_visible()
    root.get_by_role("region", name="Text of notes.txt").focus()
    seen = []
    for key in "nnp":
        bare.page.keyboard.press(key)
        bare.page.wait_for_timeout(100)
        seen.append(root.locator(".bk-reading-bar > span").first.text_content())
        inside = bare.page.evaluate(
            """() => {
              const box = document.querySelector(".bk-document").getBoundingClientRect();
              const range = [...CSS.highlights.get("bk-current")][0].getBoundingClientRect();
              return range.top >= box.top && range.bottom <= box.bottom;
            }"""
        )
        assert inside
    assert seen == ["answer 2 of 5", "answer 3 of 5", "answer 2 of 5"]
    root.get_by_role("option", selected=True).focus()
    bare.page.keyboard.press("Home")
    expect(root.get_by_text("answer 1 of 5")).to_be_visible()
    root.locator(".bk-minimap").click(position={"x": 8, "y": 2})
    expect(root.get_by_text("page 1 of 12")).to_be_visible()


def test_a_search_shows_what_it_has_and_stops(bare: BarePage) -> None:
    panel = panel_of("rock " + "stone sand " * 400, model=SlowModel((32, 64)))
    root = bare.open_panel(panel)
    ask(root, "rock")
    expect(root.get_by_text("so far: searched")).to_be_visible()
    expect(root.get_by_role("option", selected=True)).to_contain_text("rock")
    root.get_by_role("button", name="Stop").click()
    expect(root.get_by_text("then stopped")).to_be_visible()
    expect(root.get_by_role("button", name="Stop")).to_have_count(0)
    deadline = time.monotonic() + 5
    while not panel.session.history and time.monotonic() < deadline:
        time.sleep(0.02)
    asked = panel.session.history[0]
    assert asked.stopped
    assert 0 < asked.windows_read < asked.windows
    bare.change("_view", panel.view())
    expect(root.get_by_text("Questions asked (1)")).to_be_visible()
    expect(root.get_by_text("then stopped")).to_be_visible()


def test_questions_asked_before_are_shown_again(bare: BarePage) -> None:
    root = bare.open_panel(panel_of(TEXT, "1698", "rock"))
    expect(root.get_by_role("heading", name="rock")).to_be_visible()
    root.get_by_text("Questions asked (2)").click()
    root.get_by_role("option", name="1698").last.click()
    expect(root.get_by_role("heading", name="1698")).to_be_visible()
    assert highlighted(bare, "current") == ["1698"]
    assert bare.state()["options"] == {"question": 0}
    assert bare.axe() == []


def test_words_are_marked_by_keys_alone(bare: BarePage) -> None:
    panel = panel_of(TEXT, "tower")
    root = bare.open_panel(panel)
    root.get_by_role("option", selected=True).focus()
    bare.page.keyboard.press("m")
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft"):
        bare.page.keyboard.press(key)
    expect(root.locator(".bk-chooser")).to_contain_text("fell in")
    expect(root.locator("[aria-live]")).to_have_text("fell in")
    assert highlighted(bare, "chosen") == ["fell in"]
    assert bare.axe() == []
    bare.page.keyboard.press("Enter")
    expect(root.locator(".bk-chooser")).to_contain_text("Marked as the right answer: fell in")
    marked = panel.session.marked
    assert marked is not None
    assert (marked.text, marked.question) == ("fell in", "tower")
    bare.page.keyboard.press("m")
    bare.page.keyboard.press("ArrowUp")
    bare.page.keyboard.press("Escape")
    assert highlighted(bare, "chosen") == []
    assert highlighted(bare, "marked") == ["fell in"]
    root.get_by_role("button", name="remove the mark").click()
    expect(root.get_by_text("Select words in the text")).to_be_visible()
    assert panel.session.marked is None


@pytest.mark.parametrize("native", [True, False])
def test_offsets_count_characters_whatever_the_text_holds(bare: BarePage, native: bool) -> None:
    text = "👩‍🚀 flew 🚀🚀 in 1969, cafe\u0301 and \U0001d4b3.\n\n\U0001d4b3\U0001d4b4 then 👍🏽 rock"
    panel = panel_of(text, "1969", "rock")
    bare.page.goto("about:blank")
    if not native:
        bare.page.evaluate("delete CSS.highlights")
    root = bare.open_panel(panel)
    current = root.locator(".bk-on-current")
    if native:
        assert highlighted(bare, "current") == ["rock"]
    else:
        expect(current).to_have_text("rock")
        root.get_by_text("Questions asked").click()
        root.get_by_role("option", name="1969").last.click()
        expect(current).to_have_text("1969")
        assert root.locator(".bk-paragraph").all_text_contents() == text.split("\n\n")
    first, second = text.split("\n\n")
    for paragraph, words in ((0, "cafe\u0301 and \U0001d4b3"), (1, "👍🏽 rock")):
        source = (first, second)[paragraph]
        before = source[: source.index(words)]
        units = [len(part.encode("utf-16-le")) // 2 for part in (before, before + words)]
        select_words(bare, paragraph, units[0] - 1, units[1])  # with the space before
        root.get_by_role("button", name="mark as the right answer").click()
        expect(root.get_by_role("button", name="remove the mark")).to_be_visible()
        marked = panel.session.marked
        assert marked is not None
        assert marked.text == words
        assert text[marked.start : marked.end] == words


def test_right_to_left_text_is_walked_in_its_own_direction(bare: BarePage) -> None:
    text = "המגדל נפל בשנת 1703 בסערה.\n\nThe tower fell."
    panel = panel_of(text, "1703")
    root = bare.open_panel(panel)
    assert highlighted(bare, "current") == ["1703"]
    direction = bare.page.evaluate("getComputedStyle(document.querySelector('.bk-paragraph')).direction")
    assert direction == "rtl"
    root.get_by_role("option", selected=True).focus()
    bare.page.keyboard.press("m")
    bare.page.keyboard.press("Shift+ArrowLeft")  # forward, where text runs from right to left
    bare.page.keyboard.press("Enter")
    expect(root.get_by_role("button", name="remove the mark")).to_be_visible()
    assert panel.session.marked is not None
    assert panel.session.marked.text == "1703 בסערה"


def test_a_selection_can_be_searched_alone(bare: BarePage) -> None:
    panel = panel_of("The lamp was lit.\n\nAnother lamp was lit later.")
    root = bare.open_panel(panel)
    select_words(bare, 1, 0, 27)
    root.get_by_role("button", name="search only here").click()
    expect(root.get_by_text("Searching only: Another lamp")).to_be_visible()
    ask(root, "lamp was")
    expect(root.get_by_text("of characters 19 to 46")).to_be_visible()
    assert panel.session.history[0].scope == (19, 46)
    best = panel.session.history[0].result.best
    assert best is not None
    assert best.start == 27
    root.get_by_role("button", name="search everywhere").click()
    ask(root, "lamp was")
    expect(root.get_by_text("of characters")).to_have_count(0)


def test_files_and_pasted_text_are_opened(bare: BarePage, tmp_path: Path) -> None:
    panel = AskDocumentPanel(Session(None, Reader(FakeModel((32, 64)))))
    root = bare.open_panel(panel)
    path = tmp_path / "tower.html"
    path.write_text(
        f"<html><body><p>The tower fell.</p><p>{'word ' * 40}</p><img src=x onerror='hacked=1'></body></html>"
    )
    Document.open(path)  # imports what reads it, which may take longer than the browser waits
    root.locator("input[type=file]").set_input_files(path)
    expect(root.locator(".bk-title")).to_have_text("tower.html")
    ask(root, "tower")
    expect(root.get_by_role("option", selected=True)).to_contain_text("tower")
    root.get_by_role("button", name="open another").click()
    root.get_by_role("textbox", name="Text to ask").fill("A pasted 👍 text.")
    root.get_by_role("button", name="Use this text").click()
    expect(root.locator(".bk-title")).to_have_text("pasted text")
    expect(root.locator(".bk-paragraph")).to_have_text("A pasted 👍 text.")
    expect(root.get_by_role("option")).to_have_count(0)
    (tmp_path / "archive.zip").write_bytes(b"PK\x03\x04")
    root.get_by_role("button", name="open another").click()
    root.locator("input[type=file]").set_input_files(tmp_path / "archive.zip")
    expect(root.get_by_role("alert")).to_contain_text("archive.zip has the suffix '.zip'")
    assert panel.title == "pasted text"
    assert bare.page.evaluate("window.hacked") is None
    assert bare.axe() == []


def test_a_dropped_file_is_opened(bare: BarePage) -> None:
    panel = AskDocumentPanel(Session())
    root = bare.open_panel(panel)
    transfer = bare.page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['Dropped words.'], 'drop.md')); return t; }"
    )
    root.locator(".bk-body").dispatch_event("drop", {"dataTransfer": transfer})
    expect(root.locator(".bk-title")).to_have_text("drop.md")
    expect(root.locator(".bk-paragraph")).to_have_text("Dropped words.")


def test_questions_from_python_are_shown(bare: BarePage) -> None:
    panel = panel_of(TEXT, "1698")
    root = bare.open_panel(panel)
    expect(root.get_by_role("heading", name="1698")).to_be_visible()
    bare.page.evaluate("document.querySelector('.bk-paragraph').dataset.kept = 'yes'")
    panel.session.ask("rock")
    panel.session.mark(4, 8)
    bare.change("_view", panel.view())
    expect(root.get_by_role("heading", name="rock")).to_be_visible()
    expect(root.get_by_text("Marked as the right answer: lamp")).to_be_visible()
    expect(root.locator("[data-kept]")).to_have_count(1)  # the text was not drawn anew


def test_hostile_text_stays_text(bare: BarePage) -> None:
    panel = panel_of(f"{HOSTILE} lamp", HOSTILE[:9])
    root = bare.open_panel(panel)
    expect(root.locator(".bk-paragraph")).to_have_text(f"{HOSTILE} lamp")
    ask(root, HOSTILE[10:24])
    expect(root.get_by_role("heading", name=HOSTILE[10:24])).to_be_visible()
    assert root.locator("img, script").count() == 0
    assert bare.page.evaluate("window.hacked") is None


def test_a_page_answers_its_recorded_questions(browser: Any, tmp_path: Path) -> None:
    write_page([panel_of(TEXT, "1698", "tower fell")], tmp_path / "page.html", title="notes")
    with opened(browser, width=360) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        root = bare.page.locator(".bk-root")
        expect(root.get_by_role("heading", name="tower fell")).to_be_visible()
        ask(root, "1698 ")
        expect(root.get_by_role("heading", name="1698")).to_be_visible()
        assert highlighted(bare, "current") == ["1698"]
        ask(root, "something else")
        expect(root.get_by_role("alert")).to_contain_text("was not recorded")
        assert bare.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert bare.axe() == []
        assert (bare.blocked, bare.errors) == ([], [])


def test_a_page_without_a_document_says_what_to_do(browser: Any, tmp_path: Path) -> None:
    write_page([AskDocumentPanel(Session())], tmp_path / "page.html", title="none")
    with opened(browser) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        expect(bare.page.get_by_text("There is no document in this page.")).to_be_visible()


def test_a_long_document_arrives_in_parts_and_a_notebook_says_what_was_cut(browser: Any) -> None:
    text = "\n\n".join(f"Paragraph {number} has some plain words in it." * 10 for number in range(900)) + " zz"
    panel = panel_of(text)
    panel.session.ask("zz", scope=(len(text) - 100, len(text)))
    with opened(browser) as bare:
        root = bare.open_panel(panel)
        expect(root.locator(".bk-paragraph")).to_have_count(900)
        expect(root.get_by_text("loading the rest")).to_have_count(0)
        bare.page.wait_for_function("[...CSS.highlights.get('bk-current')][0].toString() === 'zz'")
        assert bare.page.evaluate("document.querySelector('.bk-document').scrollTop") > 10_000
    with opened(browser) as bare:
        bare.page.set_content(f"<main>{embedded(panel, {}, {})}</main>")
        expect(bare.page.get_by_text("characters of the text were left out of this page")).to_have_count(1)
        expect(bare.page.get_by_text("details were left out for size")).to_be_visible()
