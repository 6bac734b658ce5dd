"""The workbench in a real browser: ask, walk the panes, select, go back, pin and compare, copy the state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from playwright.sync_api import Locator, expect
from sample_learning import learned
from sample_readers import PASSAGE, bench_of

from bertkit.insight import Subject
from bertkit.qa import Document
from bertkit.widgets.page import write_page
from bertkit.widgets.state import from_text
from bertkit.widgets.workbench.panel import WorkbenchPanel

pytestmark = pytest.mark.browser

FIRST, SECOND = "w3 w9", "w3 w15"
_CLIPBOARD = (
    "() => Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (t) => { window.copied = t; } } })"
)
HIDDEN = "encoder__layer_0__feed_forward__output__layer_norm"


@pytest.fixture
def bench(small_subject: Subject) -> WorkbenchPanel:
    return bench_of(small_subject, FIRST)


@pytest.fixture
def root(bare: BarePage, bench: WorkbenchPanel) -> Locator:
    found: Locator = bare.open_panel(bench)
    expect(found.locator(".bk-heat-map").first).to_be_visible()
    return found


def _ask(root: Locator, question: str) -> None:
    root.get_by_label("Question", exact=True).fill(question)
    root.get_by_label("Question", exact=True).press("Enter")


def _pane(root: Locator, name: str) -> Locator:
    return root.get_by_role("region", name=name, exact=True)


def test_an_empty_workbench_says_what_to_do_and_asking_fills_all_panes(bare: BarePage, small_subject: Subject) -> None:
    bench = bench_of(small_subject)
    root = bare.open_panel(bench)
    expect(_pane(root, "Answer")).to_contain_text("Type a question above")
    expect(_pane(root, "Values")).to_contain_text("Ask a question")
    root.get_by_role("button", name="w20 w7").click()
    expect(root.locator(".bk-bench-best")).to_be_visible()
    best = bench.sides()[0].result.best
    expect(root.locator(".bk-bench-best")).to_contain_text("No answer" if best is None else best.text)
    expect(root.locator(".bk-bench-whisker").first).to_be_visible()
    expect(root.locator(".bk-bench-lens-stage")).to_have_count(3)
    root.locator("tr[data-bk-row]").first.click()
    expect(_pane(root, "Values").get_by_role("img", name="Histogram of the values")).to_be_visible()
    assert bare.state()["options"] == {"question": "w20 w7"}


def test_a_question_that_is_refused_says_why(root: Locator) -> None:
    _ask(root, "w1 " * 40)
    expect(root.locator(".bk-failure")).to_contain_text("question")
    expect(root.locator(".bk-bench-best")).to_be_visible()


def test_the_layer_where_the_answer_appears_is_selected_first(bench: WorkbenchPanel, root: Locator) -> None:
    lens = bench.sides()[0].lens
    expect(_pane(root, "Values")).to_contain_text(lens.stages[lens.appears_at].layer)
    expect(root.locator(".bk-bench-lens-stage[aria-current=true]")).to_contain_text("appears")


def test_f6_goes_from_pane_to_pane(bare: BarePage, root: Locator) -> None:
    root.get_by_label("Question", exact=True).focus()
    for name in ("Modules", "Layers", "Values", "Answer"):
        bare.page.keyboard.press("F6")
        expect(_pane(root, name)).to_be_focused()
    bare.page.keyboard.press("F6")
    expect(root.get_by_label("Question", exact=True)).to_be_focused()
    bare.page.keyboard.press("Shift+F6")
    expect(_pane(root, "Answer")).to_be_focused()


def test_lens_layers_tokens_and_modules_select_together(bare: BarePage, root: Locator) -> None:
    root.locator(".bk-bench-lens-stage", has_text="encoder layer 1").click()
    expect(root.locator("tr[aria-selected=true]")).to_contain_text("layer_norm")
    expect(_pane(root, "Values")).to_contain_text(HIDDEN)
    assert bare.state()["selection"]["layer"] == HIDDEN
    tokens = root.get_by_role("listbox", name="Tokens of the window")
    tokens.focus()
    bare.page.keyboard.press("Home")
    bare.page.keyboard.press("ArrowRight")
    expect(_pane(root, "Values").locator(".bk-bench-token")).to_contain_text("question token 1")
    assert bare.state()["selection"]["token"] == 1
    root.get_by_role("treeitem", name="SelfAttention").click()
    root.locator("tr[data-bk-row]").first.click()
    expect(_pane(root, "Values")).to_contain_text("Attention of encoder layer 1")
    expect(_pane(root, "Values")).to_contain_text("looked at by")


def test_heads_are_chosen(bare: BarePage, root: Locator) -> None:
    bare.change("selection", {"layer": "encoder__layer_1__attention__self__context", "token": 2})
    root.get_by_label("Head", exact=True).select_option("3")
    expect(root.locator("canvas[aria-label^='Attention of head 4']")).to_be_visible()
    assert bare.state()["selection"]["head"] == 3


def test_selections_are_undone_and_redone(bare: BarePage, root: Locator) -> None:
    root.get_by_role("treeitem", name="SpanHead").click()
    root.get_by_role("treeitem", name="Embeddings").click()
    bare.page.keyboard.press("[")
    expect(root.locator("[role=treeitem][aria-selected=true]")).to_contain_text("SpanHead")
    bare.page.keyboard.press("]")
    expect(root.locator("[role=treeitem][aria-selected=true]")).to_contain_text("Embeddings")
    root.get_by_role("button", name="Back to the selection before").click()
    assert bare.state()["selection"] == {"module": "span_head"}


def test_a_pinned_question_is_compared_with_the_next(bare: BarePage, bench: WorkbenchPanel, root: Locator) -> None:
    root.get_by_role("button", name="Pin & compare").click()
    _ask(root, SECOND)
    compared = root.get_by_role("region", name="A and B compared")
    expect(compared).to_contain_text("The answers are")
    expect(compared).to_contain_text(bench.comparison().sentences[0])
    expect(root.locator(".bk-bench-best")).to_have_count(2)
    expect(root.get_by_role("columnheader", name="A to B")).to_be_visible()
    expect(_pane(root, "Values")).to_contain_text("A and B differ by")
    assert bare.state()["options"] == {"pinned": FIRST, "question": SECOND}
    assert bare.axe() == []
    root.get_by_role("button", name="Unpin A").click()
    expect(root.locator(".bk-bench-best")).to_have_count(1)


def test_two_models_stand_side_by_side(bare: BarePage, small_subject: Subject) -> None:
    bench = WorkbenchPanel([small_subject, small_subject], Document.from_text(PASSAGE))
    root = bare.open_panel(bench)
    expect(root.get_by_role("button", name="Pin & compare")).to_be_hidden()
    _ask(root, FIRST)
    expect(root.get_by_role("region", name="A and B compared")).to_contain_text("equal at every layer")
    expect(_pane(root, "Answer")).to_contain_text("A: tiny-bert.mlpackage")


def test_a_reader_before_and_after_it_learned_stands_side_by_side(
    bare: BarePage, small_subject: Subject, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    document = Document.from_text(PASSAGE)
    before = small_subject.reader.ask(FIRST, document)[0].text
    right = "w40 w8" if before != "w40 w8" else "w20 w7"
    after = Subject(learned(pair[0], tmp_path, FIRST, document, right))
    bench = WorkbenchPanel([small_subject, after], document)
    root = bare.open_panel(bench)
    _ask(root, FIRST)
    sides = _pane(root, "Answer").locator(".bk-bench-answer")
    expect(sides.nth(0)).to_contain_text("A: tiny-bert.mlpackage")
    expect(sides.nth(0).locator(".bk-bench-best")).to_contain_text(before)
    expect(sides.nth(1)).to_contain_text("B: tiny-bert.mlpackage with version_0001.mlmodel")
    expect(sides.nth(1).locator(".bk-bench-best")).to_contain_text(right)
    compared = root.get_by_role("region", name="A and B compared")
    expect(compared).to_contain_text("The answers are different")
    expect(compared).to_contain_text("equal at every layer; the span heads differ")
    differing = {layer for layer, share in bench.comparison().by_layer.items() if share > 1e-6}
    assert differing
    assert all(layer.startswith("span_head__") for layer in differing)
    sides.nth(1).get_by_role("listbox", name="Tokens of the window").focus()
    bare.page.keyboard.press("ArrowDown")
    expect(sides.nth(1).locator(".bk-bench-verdict")).to_contain_text("number 2 of")
    assert bare.axe() == []


def test_why_another_span_is_not_the_answer(bare: BarePage, root: Locator) -> None:
    root.get_by_role("listbox", name="Tokens of the window").focus()
    bare.page.keyboard.press("ArrowDown")
    expect(root.locator(".bk-bench-verdict")).to_contain_text("number 2 of")
    assert len(bare.state()["selection"]["span"]) == 2


def test_the_copied_code_restores_the_view(bare: BarePage, root: Locator) -> None:
    root.get_by_role("treeitem", name="SpanHead").click()
    bare.page.evaluate(_CLIPBOARD)
    root.get_by_role("button", name="Copy as code").click()
    code = bare.page.evaluate("window.copied")
    assert from_text(code.removeprefix('Workbench(state="').removesuffix('")')) == (
        {"module": "span_head"},
        {"question": FIRST},
    )


def test_python_and_the_browser_write_the_same_state(bare: BarePage, root: Locator) -> None:
    odd = 'it\'s "so" & 100 % \\ true ä\n'
    bare.change("selection", {"module": odd, "span": [3, 5], "token": 0})
    bare.change("options", {"word": "12", "flag": True, "question": FIRST})
    bare.page.evaluate(_CLIPBOARD)
    root.get_by_role("button", name="Copy as code").click()
    from bertkit.widgets.state import to_text

    wanted = to_text(bare.state()["selection"], bare.state()["options"])
    assert bare.page.evaluate("window.copied") == f'Workbench(state="{wanted}")'


def test_measured_time_is_compared_by(root: Locator) -> None:
    root.get_by_role("button", name="Measure time").click()
    expect(root.get_by_label("Compare by", exact=True)).to_have_value("time")
    expect(root.get_by_role("columnheader", name="time (ms)")).to_be_visible()


def test_what_python_asks_is_shown(bare: BarePage, bench: WorkbenchPanel, root: Locator) -> None:
    bench.answer(SECOND, lambda done, total, note: None)
    bare.change("_view", bench.view())
    expect(root.get_by_label("Question", exact=True)).to_have_value(SECOND)
    expect(root.locator(".bk-facts").first).to_contain_text("to answer")


def test_a_page_without_python_steps_through_layers_and_questions(
    browser: Any, small_subject: Subject, tmp_path: Path
) -> None:
    bench = bench_of(small_subject, FIRST, SECOND)
    write_page([bench], tmp_path / "page.html", title="bench")
    assert bench.question == SECOND
    with opened(browser, width=360) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        root = bare.page.locator(".bk-root")
        expect(root.get_by_role("region", name="A and B compared")).to_be_visible()
        root.locator(".bk-bench-lens-stage", has_text="encoder layer 1").first.click()
        expect(_pane(root, "Values")).to_contain_text(HIDDEN)
        root.get_by_role("button", name=FIRST).click()
        expect(root.get_by_label("Question", exact=True)).to_have_value(FIRST)
        expect(root.locator(".bk-failure")).to_have_count(0)
        _ask(root, "w40")
        expect(root.locator(".bk-failure")).to_contain_text("not recorded")
        assert bare.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert (bare.blocked, bare.errors) == ([], [])
        assert bare.axe() == []
