"""A tokenizer's view in a real browser: pieces and characters, windows, live editing, thousands of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from playwright.sync_api import expect
from qa_fakes import FakeModel
from sample_readers import LIGHTHOUSE

from bertkit.qa import Document, Reader
from bertkit.widgets.page import write_page
from bertkit.widgets.tokenizer_view.panel import TokenizerPanel

pytestmark = pytest.mark.browser


@pytest.fixture
def panel() -> TokenizerPanel:
    return TokenizerPanel(Reader(FakeModel(lengths=(48,))), "lit 1698", Document.from_text(LIGHTHOUSE))


@pytest.fixture
def root(bare: BarePage, panel: TokenizerPanel) -> Any:
    return bare.open_panel(panel)


def test_pieces_lead_to_rows_and_rows_to_pieces(bare: BarePage, panel: TokenizerPanel, root: Any) -> None:
    view = panel.view()
    start = len(view["prefix"]) + len(view["asked"]["id"]) + len(view["middle"])
    root.locator(".bk-cut").nth(4).click()
    assert bare.state()["selection"] == {"window": 0, "token": start + 4}
    row = root.locator(".bk-rows-line[aria-selected=true]")
    expect(row).to_contain_text(view["row"]["piece"][4])
    expect(root.locator(".bk-chosen-piece")).to_contain_text(f"position {start + 4} in this window")
    root.get_by_role("grid").focus()
    bare.page.keyboard.press("ArrowDown")
    expect(root.locator(".bk-cut[aria-selected=true]")).to_have_attribute(
        "title", f"##{LIGHTHOUSE[6]} {view['row']['id'][5]}"
    )


def test_the_text_is_walked_by_keys(bare: BarePage, root: Any) -> None:
    root.get_by_role("listbox").focus()
    bare.page.keyboard.press("End")
    expect(root.locator(".bk-cut").last).to_have_attribute("aria-selected", "true")
    bare.page.keyboard.press("ArrowLeft")
    expect(root.locator(".bk-cut").nth(-2)).to_have_attribute("aria-selected", "true")


def test_the_slider_goes_from_window_to_window(bare: BarePage, panel: TokenizerPanel, root: Any) -> None:
    slider = root.get_by_role("slider")
    slider.focus()
    bare.page.keyboard.press("ArrowRight")
    expected = panel.row(0, 1).data
    expect(root.locator(".bk-cut").first).to_have_attribute("title", f"{expected['piece'][0]} {expected['id'][0]}")
    first, last = panel.view()["windows"][1][:2]
    expect(root.locator(".bk-frame-passage")).to_have_text(f"tokens {first} to {last} of the document")


def test_what_is_typed_is_tokenized(bare: BarePage, root: Any) -> None:
    root.get_by_role("textbox", name="Document").fill("the lamp ☃ was lit")
    expect(root.locator(".bk-cut-unknown")).to_have_text("☃")
    root.get_by_role("textbox", name="Question").fill("")
    expect(root.locator(".bk-failure")).to_contain_text("The question is empty")
    root.get_by_role("textbox", name="Question").fill("who")
    expect(root.locator(".bk-title")).to_have_text("who")
    expect(root.locator(".bk-failure")).to_have_count(0)


def test_stale_answers_to_edits_are_dropped(bare: BarePage, root: Any) -> None:
    bare.page.evaluate(
        "() => { models[0].held = []; models[0].send = function (content) { this.held.push(content); }; }"
    )
    field = root.get_by_role("textbox", name="Question")
    for words in ("first", "second"):
        field.fill(words)
        bare.page.wait_for_timeout(150)
    bare.page.evaluate(
        "(async () => { for (const held of models[0].held.reverse())"
        " if (held.type === 'request') models[0].receive(await window.bkSend(0, held)); })()"
    )
    expect(root.locator(".bk-title")).to_have_text("second")


def test_ten_thousand_pieces_scroll_by_rows(bare: BarePage) -> None:
    reader = Reader(FakeModel(lengths=(512,)))
    root = bare.open_panel(TokenizerPanel(reader, "lit", Document.from_text("lamp lit on the rock " * 650)))
    grid = root.get_by_role("grid")
    assert int(grid.get_attribute("aria-rowcount")) > 10_000
    assert root.locator(".bk-rows-line").count() < 60
    grid.focus()
    bare.page.keyboard.press("End")
    expect(root.locator(".bk-rows-line[aria-selected=true]")).to_contain_text("##k")
    spent = bare.page.evaluate(_SCROLL)
    assert spent < 100  # milliseconds for twenty jumps, drawn or not


_SCROLL = """() => {
  const grid = document.querySelector(".bk-rows");
  const started = performance.now();
  for (let at = 0; at < 20; at++) grid.scrollTop = at * 10000;
  return performance.now() - started;
}"""


def test_a_page_shows_the_recorded_text_and_says_so(browser: Any, panel: TokenizerPanel, tmp_path: Path) -> None:
    write_page([panel], tmp_path / "page.html", title="tokens")
    with opened(browser) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        expect(bare.page.get_by_text("This is the recorded text.")).to_be_visible()
        bare.page.get_by_role("slider").fill("1")
        first = panel.view()["windows"][1][0]
        expect(bare.page.locator(".bk-frame-passage")).to_contain_text(f"tokens {first} to")
        assert bare.page.get_by_role("textbox", name="Question").get_attribute("readonly") is not None
        assert bare.errors == []
