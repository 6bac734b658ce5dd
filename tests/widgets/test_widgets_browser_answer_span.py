"""An answer's view in a real browser: walk tokens and spans, choose windows, hide tokens, read the matrix."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from playwright.sync_api import expect
from qa_fakes import FakeModel

from bertkit.insight import Subject
from bertkit.qa import Document, Reader
from bertkit.widgets.answer_span.panel import AnswerSpanPanel
from bertkit.widgets.page import write_page
from bertkit.widgets.panel import Panel

pytestmark = pytest.mark.browser


@pytest.fixture
def root(bare: BarePage, panels: dict[str, Panel]) -> Any:
    root = bare.open_panel(panels["answer span"])
    expect(root.locator(".bk-window .bk-window-bar").first).to_be_visible()
    return root


def test_the_answer_is_shown_with_its_curves(panels: dict[str, Panel], root: Any) -> None:
    scores = panels["answer span"].view()["scores"]
    expect(root.locator(".bk-said mark")).to_have_text(scores["spans"][0]["text"])
    expect(root.locator(".bk-piece")).to_have_count(len(scores["piece"]))
    expect(root.locator(".bk-piece-best")).to_have_count(scores["spans"][0]["last"] - scores["spans"][0]["first"] + 1)
    label = root.locator(".bk-curve").get_attribute("aria-label")
    first = scores["spans"][0]["first"]
    assert f'at token {first}, "{scores["piece"][first]}"' in label


def test_tokens_and_spans_are_walked_by_keys(bare: BarePage, panels: dict[str, Panel], root: Any) -> None:
    spans = panels["answer span"].view()["scores"]["spans"]
    root.get_by_role("listbox").focus()
    press = bare.page.keyboard.press
    press("ArrowDown")
    assert bare.state()["selection"]["span"] == [spans[1]["first"], spans[1]["last"]]
    expect(root.locator(".bk-table tr[aria-selected=true]").first).to_contain_text("2")
    expect(root.get_by_role("heading", name="Why not this span")).to_be_visible()
    press("ArrowUp")
    expect(root.get_by_role("heading", name="The best span")).to_be_visible()
    press("ArrowRight")
    assert bare.state()["selection"]["token"] == spans[0]["first"] + 1
    press("Home")
    expect(root.get_by_role("heading", name="Token 0, special")).to_be_visible()


def test_any_span_can_be_chosen_and_is_judged(bare: BarePage, panels: dict[str, Panel], root: Any) -> None:
    scores = panels["answer span"].view()["scores"]
    bare.change("selection", {"token": scores["passage"]})
    root.get_by_role("listbox").focus()
    for _ in range(3):
        bare.page.keyboard.press("Shift+ArrowRight")
    assert bare.state()["selection"]["span"] == [scores["passage"], scores["passage"] + 3]
    expect(root.locator(".bk-piece-span")).to_have_count(4)
    expect(root.locator(".bk-reasons li").first).to_be_visible()


def test_another_window_is_chosen(bare: BarePage, panels: dict[str, Panel], root: Any) -> None:
    windows = root.locator(".bk-window")
    home = panels["answer span"].view()["scores"]["window"]
    expect(windows.nth(home)).to_have_attribute("aria-pressed", "true")
    other = 0 if home else 1
    windows.nth(other).click()
    expect(windows.nth(other)).to_have_attribute("aria-pressed", "true")
    expected = panels["answer span"].methods()["scores"](window=other, longest=30).data
    expect(root.locator(".bk-piece")).to_have_count(len(expected["piece"]))
    assert bare.state()["selection"] == {"window": other}


def test_hidden_tokens_are_asked_again_and_shown_again(bare: BarePage, root: Any) -> None:
    bare.change("selection", {"token": 1})
    root.get_by_role("listbox").focus()
    bare.page.keyboard.press("h")
    expect(root.get_by_role("heading", name="With tokens hidden")).to_be_visible()
    expect(root.locator(".bk-curve-other")).to_have_count(2)
    root.get_by_role("button", name="Show token 1").click()
    expect(root.get_by_role("heading", name="With tokens hidden")).to_have_count(0)
    expect(root.locator(".bk-curve-other")).to_have_count(0)


def test_the_longest_answer_can_be_changed(bare: BarePage, root: Any) -> None:
    field = root.get_by_role("spinbutton")
    field.fill("3")
    field.press("Enter")
    expect(root.locator(".bk-said mark")).not_to_have_text("lit 1698")
    assert bare.state()["options"]["longest"] == 3
    lengths = root.locator(".bk-piece-best").count()
    assert lengths <= 3


def test_the_matrix_is_walked_by_keys(bare: BarePage, panels: dict[str, Panel], root: Any) -> None:
    root.get_by_role("tab", name="Score matrix").click()
    heat = root.get_by_role("application")
    best = panels["answer span"].view()["scores"]["spans"][0]
    expect(heat).to_have_attribute(
        "aria-label",
        f'Scores of spans. tokens {best["first"]} to {best["last"]} "{best["text"]}": +{best["score"]:.2f}',
    )
    heat.focus()
    bare.page.keyboard.press("ArrowUp")
    expect(root.locator(".bk-heat-readout")).to_contain_text(f"tokens {best['first']} to {best['last'] - 1}")


def test_what_an_answer_rests_on_is_found_and_named(root: Any) -> None:
    root.get_by_role("tab", name="What it rests on").click()
    root.get_by_role("button", name="Hide each token in turn").click()
    expect(root.get_by_role("tabpanel").get_by_text("(occlusion,")).to_be_visible()
    expect(root.get_by_role("grid", name="Tokens that carry most")).to_be_visible()


def test_layers_are_read_and_chosen(bare: BarePage, panels: dict[str, Panel]) -> None:
    panel = panels["answer span with layers"]
    root = bare.open_panel(panel)
    lens = panel.findings.lens(panel.example.index, panel.longest)
    expect(root.get_by_role("tabpanel").get_by_text(lens.sentence)).to_be_visible()
    expect(root.get_by_text("was trained for the last layer only")).to_be_visible()
    rows = root.get_by_role("grid", name="The best span at each layer").locator("tbody tr")
    expect(rows).to_have_count(len(lens.stages))
    expect(rows.nth(lens.appears_at)).to_contain_text("appears and stays")
    root.get_by_role("application").focus()
    bare.page.keyboard.press("ArrowUp" if lens.appears_at else "ArrowDown")
    row = lens.appears_at - 1 if lens.appears_at else 1
    assert bare.state()["selection"]["layer"] == lens.stages[row].layer
    share = lens.start_probabilities[row, lens.answer.first]
    expect(root.locator(".bk-heat-readout")).to_contain_text(f"start {share:.1%}".replace("%", " %"))
    root.get_by_role("button", name="end of the answer").click()
    expect(root.locator(".bk-heat-readout")).to_contain_text(": end ")


def test_a_page_steps_through_windows_spans_and_layers(browser: Any, small_subject: Subject, tmp_path: Path) -> None:
    document = Document.from_text(" ".join(f"w{number}" for number in range(3, 40)))
    panel = AnswerSpanPanel(small_subject, small_subject.example("w3 w9", document, window=0))
    write_page([panel], tmp_path / "page.html", title="answer")
    with opened(browser) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        root = bare.page.locator(".bk-root")
        expect(root.get_by_role("grid", name="The best span at each layer").locator("tbody tr")).to_have_count(3)
        root.locator(".bk-window").nth(1).click()
        second = panel.scores(1, 30).data["spans"]
        expect(root.locator(".bk-said mark")).to_have_text(second[0]["text"])
        root.get_by_role("listbox").focus()
        bare.page.keyboard.press("ArrowDown")
        expect(root.locator(".bk-context mark").first).to_have_text(second[1]["text"])
        expect(root.get_by_role("spinbutton")).to_be_disabled()
        bare.page.keyboard.press("h")
        expect(root.locator(".bk-failure")).to_contain_text("was not recorded in the page")
        assert (bare.blocked, bare.errors) == ([], [])


class _Slow(FakeModel):
    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        time.sleep(0.05)
        return super().predict(inputs)


def test_long_work_shows_progress_and_can_be_cancelled(bare: BarePage) -> None:
    subject = Subject(Reader(_Slow(lengths=(64,))))
    document = Document.from_text("the lamp was lit on the rock in the storm")
    root = bare.open_panel(AnswerSpanPanel(subject, subject.example("lit", document)))
    root.get_by_role("tab", name="What it rests on").click()
    root.get_by_role("button", name="Hide each token in turn").click()
    expect(root.locator(".bk-running")).to_contain_text(" of ")
    root.get_by_role("button", name="Cancel").click()
    expect(root.locator(".bk-running")).to_have_count(0)
    root.get_by_role("button", name="Ask again (occlusion)").click()
    expect(root.get_by_role("tabpanel").get_by_text("(occlusion,")).to_be_visible(timeout=20_000)


def test_a_reader_without_layers_is_told(root: Any) -> None:
    expect(root.get_by_text("cannot be looked into")).to_be_visible()


_WALK = """() => {
  const list = document.querySelector("[role=listbox]");
  for (let at = 0; at < 20; at++) list.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
}"""


def test_a_step_from_token_to_token_changes_little_of_the_page(bare: BarePage, root: Any) -> None:
    with bare.few_changes(20):
        bare.page.evaluate(_WALK)
