"""The parts that all views share, in a real browser: keys, messages, linking, themes, hostile text, pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_page import BarePage, opened
from playwright.sync_api import expect

from bertkit.coreml import Package
from bertkit.inspect.atlas import atlas_of
from bertkit.widgets.model_map.panel import ModelMapPanel
from bertkit.widgets.page import write_page
from bertkit.widgets.panel import Panel

pytestmark = pytest.mark.browser


def test_every_panel_is_accessible_and_shows_no_error(bare: BarePage, panels: dict[str, Panel]) -> None:
    for panel in panels.values():
        root = bare.open_panel(panel)
        expect(root.locator(".bk-title").first).to_have_text(panel.title)
        expect(root.locator(".bk-failure")).to_have_count(0)
    assert bare.axe() == []


def test_every_panel_is_accessible_in_the_dark(browser: Any, panels: dict[str, Panel]) -> None:
    with opened(browser, dark=True) as bare:
        for panel in panels.values():
            root = bare.open_panel(panel)
            bare.page.evaluate("document.body.style.background = '#0d1117'")
            expect(root).to_have_attribute("data-bk-theme", "dark")
        assert bare.axe() == []


def test_narrow_views_do_not_widen_the_page(browser: Any, panels: dict[str, Panel]) -> None:
    with opened(browser, width=360) as bare:
        for panel in panels.values():
            expect(bare.open_panel(panel).locator(".bk-title").first).to_be_visible()
        assert bare.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_hostile_text_never_runs(bare: BarePage, panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        if not name.endswith("hostile"):
            continue
        root = bare.open_panel(panel)
        expect(root.locator(".bk-title").first).to_be_visible()
        for button in root.locator("button:visible, summary:visible").all():
            if button.is_visible() and "copy" not in (button.text_content() or ""):
                # Unlike a click with the mouse, this does not wait for a button that an answer has just disabled.
                button.dispatch_event("click")
                if root.locator("dialog[open]").count():
                    bare.page.keyboard.press("Escape")
        assert root.locator("img, script").count() == 0
    assert bare.page.evaluate("window.hacked") is None


def test_pages_work_without_python(browser: Any, panels: dict[str, Panel], tmp_path: Path) -> None:
    shown = list(panels.values())
    write_page(shown, tmp_path / "page.html", title="all")
    with opened(browser) as bare:
        bare.page.goto((tmp_path / "page.html").as_uri())
        expect(bare.page.locator(".bk-root")).to_have_count(len(shown))
        expect(bare.page.locator(".bk-failure")).to_have_count(0)
        assert bare.page.evaluate("window.hacked") is None
        assert bare.axe() == []
        assert (bare.blocked, bare.errors) == ([], [])


def test_pages_show_the_static_form_without_scripts(browser: Any, panels: dict[str, Panel], tmp_path: Path) -> None:
    write_page(list(panels.values()), tmp_path / "page.html", title="all")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    expect(page.locator(".bk-static")).to_have_count(len(panels))
    expect(page.get_by_text("EncoderLayer").first).to_be_visible()
    context.close()


def test_the_question_mark_lists_the_keys_and_escape_leaves(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model map of a program"])
    root.locator("[role=treeitem][tabindex='0']").focus()
    bare.page.keyboard.press("?")
    dialog = root.locator("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("kbd").first).to_be_visible()
    bare.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    bare.page.keyboard.press("Escape")
    assert bare.page.evaluate("document.activeElement === document.body")


def test_the_slash_key_reaches_the_search_and_escape_clears_it(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model map of a program"])
    root.locator("[role=treeitem][tabindex='0']").focus()
    bare.page.keyboard.press("/")
    field = root.get_by_role("searchbox")
    expect(field).to_be_focused()
    bare.page.keyboard.type("gelu?")
    expect(field).to_have_value("gelu?")  # typed, not taken for the key that lists keys
    bare.page.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_linked_widgets_select_together(bare: BarePage, panels: dict[str, Panel]) -> None:
    panel = panels["model map of a program"]
    first = bare.open_panel(panel, group="g")
    second = bare.open_panel(panel, group="g")
    alone = bare.open_panel(panel)
    first.get_by_role("treeitem", name="SpanHead").click()
    for number, root in ((0, first), (1, second)):
        expect(root.locator("[aria-selected=true]").first).to_contain_text("SpanHead")
        assert bare.state(number)["selection"] == {"module": "span_head"}
    expect(alone.locator("[role=treeitem][aria-selected=true]")).to_contain_text("EncoderLayer")


def test_a_selection_made_in_python_is_shown(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model map of a program"])
    bare.change("selection", {"layer": "encoder__layer_2__residual"})
    expect(root.locator("tr[aria-selected=true]")).to_contain_text("residual")
    expect(root.locator("output")).to_contain_text("layer_2 (3 of 3)")


def test_a_busy_kernel_is_told_and_its_late_answer_still_counts(bare: BarePage, panels: dict[str, Panel]) -> None:
    bare.page.clock.install()
    root = bare.open_panel(panels["model map of a program"])
    expect(root.locator(".bk-box").first).to_be_visible()
    bare.page.evaluate("() => { models[0].send = function (content) { this.held = content; }; }")
    root.get_by_role("treeitem", name="SpanHead").click()
    bare.page.clock.run_for(2_000)
    expect(root.locator(".bk-connection")).to_contain_text("busy or not connected")
    bare.page.clock.run_for(10_000)
    expect(root.locator(".bk-connection")).to_have_text("static: kernel not connected")
    bare.page.evaluate("window.bkSend(0, models[0].held).then((messages) => models[0].receive(messages))")
    expect(root.locator(".bk-connection")).to_have_text("")
    expect(root.locator(".bk-box")).to_have_count(3)


def test_stale_answers_are_dropped(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model map of a program"])
    expect(root.locator(".bk-box").first).to_be_visible()
    bare.page.evaluate(
        "() => { models[0].held = []; models[0].send = function (content) { this.held.push(content); }; }"
    )
    root.get_by_role("treeitem", name="SpanHead").click()
    root.get_by_role("treeitem", name="Embeddings").click()
    kinds = bare.page.evaluate("models[0].held.map((content) => content.type)")
    assert kinds == ["request", "cancel", "request"]
    bare.page.evaluate(
        "(async () => { for (const held of models[0].held.reverse())"
        " if (held.type === 'request') models[0].receive(await window.bkSend(0, held)); })()"
    )
    expect(root.locator(".bk-box")).to_have_count(3)
    expect(root.locator(".bk-box-title", has_text="input: hidden")).to_have_count(1)


def test_a_removed_view_listens_no_more(bare: BarePage, panels: dict[str, Panel]) -> None:
    root = bare.open_panel(panels["model map of a program"])
    expect(root.locator(".bk-box").first).to_be_visible()
    bare.page.evaluate("models[0].end()")
    left = bare.page.evaluate("Object.values(models[0].listeners).reduce((sum, set) => sum + set.size, 0)")
    assert left == 0


def test_a_step_changes_little_of_the_page(bare: BarePage, program: Path) -> None:
    root = bare.open_panel(ModelMapPanel(atlas_of(Package.open(program))))
    root.locator("[role=treeitem]").first.focus()
    with bare.few_changes(20):
        for _ in range(20):
            bare.page.keyboard.press("ArrowDown")
