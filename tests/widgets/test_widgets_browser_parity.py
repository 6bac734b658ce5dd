"""A comparison with the original in a real browser: compare, watch, cancel, walk the modules."""

from __future__ import annotations

from pathlib import Path

import pytest
from bare_page import BarePage
from playwright.sync_api import expect
from sample_readers import example_of

from bertkit.insight import Subject
from bertkit.widgets.parity.panel import ParityPanel

pytestmark = pytest.mark.browser


@pytest.fixture
def panel(small_subject: Subject, pair: tuple[Path, Path]) -> ParityPanel:
    return ParityPanel(small_subject, pair[1], example_of(small_subject), tolerance=1e-9)


def test_comparing_fills_the_empty_view(bare: BarePage, panel: ParityPanel) -> None:
    root = bare.open_panel(panel)
    expect(root.locator(".bk-empty")).to_contain_text("Press Compare")
    root.get_by_role("button", name="Compare").click()
    expect(root.get_by_text("the same answer", exact=True)).to_be_visible()
    expect(root.locator(".bk-error")).to_have_count(len(panel.parity.modules))
    expect(root.get_by_role("button", name="Compare again")).to_be_visible()
    assert bare.axe() == []


def test_rows_appear_while_it_runs_and_cancel_stops_it(bare: BarePage, panel: ParityPanel) -> None:
    panel.run()
    partial = {**panel.view()["parity"], "complete": False, "answer": None, "engines": []}
    partial["modules"] = partial["modules"][:3]
    panel.parity = None
    root = bare.open_panel(panel)
    bare.page.evaluate("() => { models[0].send = function (content) { (this.sent ??= []).push(content); }; }")
    root.get_by_role("button", name="Compare").click()
    expect(root.get_by_role("button", name="Cancel")).to_be_visible()
    bare.page.evaluate(
        """(data) => {
            const progress = { type: "progress", id: models[0].sent[0].id, done: 3, total: 9, note: "", data };
            models[0].receive([[progress, []]]);
        }""",
        partial,
    )
    expect(root.get_by_text("3 modules compared so far.")).to_be_visible()
    expect(root.locator("tr[data-bk-row]")).to_have_count(3)
    root.get_by_role("button", name="Cancel").click()
    assert bare.page.evaluate("models[0].sent.map((content) => content.type)") == ["request", "cancel"]
    expect(root.get_by_role("progressbar")).to_have_count(0)


def test_modules_are_walked_and_the_first_above_is_found(bare: BarePage, panel: ParityPanel) -> None:
    first = panel.run().first_above
    root = bare.open_panel(panel)
    root.get_by_role("grid", name="Modules").locator("tr[data-bk-row]").first.focus()
    bare.page.keyboard.press("End")
    assert bare.state()["selection"]["layer"] == "span_head__logits"
    bare.page.keyboard.press("f")
    assert bare.state()["selection"]["layer"] == first.layer
    expect(root.locator("tr[aria-selected=true]")).to_contain_text("first above")
    expect(root.locator(".bk-error-chosen")).to_have_count(1)
